#!/usr/bin/env bash
# Gives the pods of one service account an IAM role that may push to one repository.
# Run it from the repository's root, with credentials that may change IAM and EKS.
set -euo pipefail

CLUSTER=my-cluster
REGION=eu-west-1
NAMESPACE=arc-runners
SERVICE_ACCOUNT=arc-runner
ROLE=arc-runner-ecr

# 1. The agent. EKS Auto Mode has it built in: leave this out there.
aws eks create-addon --region "$REGION" --cluster-name "$CLUSTER" --addon-name eks-pod-identity-agent
aws eks wait addon-active --region "$REGION" --cluster-name "$CLUSTER" --addon-name eks-pod-identity-agent

# 2. The role, which EKS Pod Identity may assume, and what it may do in ECR.
aws iam create-role --role-name "$ROLE" --assume-role-policy-document file://examples/iam/trust-policy.json
aws iam put-role-policy --role-name "$ROLE" --policy-name ecr --policy-document file://examples/iam/push.json

# 3. The association: this service account of this cluster gets this role.
ROLE_ARN=$(aws iam get-role --role-name "$ROLE" --query Role.Arn --output text)
aws eks create-pod-identity-association --region "$REGION" --cluster-name "$CLUSTER" \
  --namespace "$NAMESPACE" --service-account "$SERVICE_ACCOUNT" --role-arn "$ROLE_ARN"

# 4. What is there now.
aws eks list-pod-identity-associations --region "$REGION" --cluster-name "$CLUSTER" --namespace "$NAMESPACE"
