#!/usr/bin/env bash
# Creates the repository, installs the EKS Pod Identity Agent, and gives the runners' service accounts an IAM role that
# may push to the repository. The script keeps what exists, so you can run it again after a failure.
# Run it from the root of this repository, with credentials that may change IAM, EKS and ECR. Write your account, region and
# repository into examples/iam/push.json, too.
set -euo pipefail

CLUSTER=my-cluster
REGION=eu-west-1
REPOSITORY=team/app
ROLE=arc-runner-ecr
NAMESPACE=arc-runners
# arc-runner: the steps run in the runner pod (dind mode, or no mode). arc-job: they run in a job pod (kubernetes modes).
# Delete the one that your scale sets do not use.
SERVICE_ACCOUNTS=(arc-runner arc-job)

# 1. The repository.
aws ecr describe-repositories --region "$REGION" --repository-names "$REPOSITORY" >/dev/null 2>&1 ||
  aws ecr create-repository --region "$REGION" --repository-name "$REPOSITORY"

# 2. The agent. EKS Auto Mode includes it: delete these lines there.
aws eks describe-addon --region "$REGION" --cluster-name "$CLUSTER" --addon-name eks-pod-identity-agent >/dev/null 2>&1 ||
  aws eks create-addon --region "$REGION" --cluster-name "$CLUSTER" --addon-name eks-pod-identity-agent
aws eks wait addon-active --region "$REGION" --cluster-name "$CLUSTER" --addon-name eks-pod-identity-agent

# 3. The role: who may assume it, and what it may do in ECR.
aws iam get-role --role-name "$ROLE" >/dev/null 2>&1 ||
  aws iam create-role --role-name "$ROLE" --assume-role-policy-document file://examples/iam/trust-policy.json
aws iam put-role-policy --role-name "$ROLE" --policy-name ecr --policy-document file://examples/iam/push.json
aws iam wait role-exists --role-name "$ROLE"
ROLE_ARN=$(aws iam get-role --role-name "$ROLE" --query Role.Arn --output text)

# 4. The associations. A service account has at most one: if it exists, it gets this role.
for service_account in "${SERVICE_ACCOUNTS[@]}"; do
  association=$(aws eks list-pod-identity-associations --region "$REGION" --cluster-name "$CLUSTER" \
    --namespace "$NAMESPACE" --service-account "$service_account" \
    --query 'associations[0].associationId' --output text)
  if [[ $association == None ]]; then
    aws eks create-pod-identity-association --region "$REGION" --cluster-name "$CLUSTER" \
      --namespace "$NAMESPACE" --service-account "$service_account" --role-arn "$ROLE_ARN"
  else
    aws eks update-pod-identity-association --region "$REGION" --cluster-name "$CLUSTER" \
      --association-id "$association" --role-arn "$ROLE_ARN"
  fi
done

# 5. Show the associations.
aws eks list-pod-identity-associations --region "$REGION" --cluster-name "$CLUSTER" --namespace "$NAMESPACE"
