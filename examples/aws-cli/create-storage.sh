#!/usr/bin/env bash
# Kubernetes mode only: installs the Amazon EBS CSI driver, which creates the work volume of each runner. The driver gets
# its own role with EKS Pod Identity. EKS Auto Mode includes a driver: do not run this there.
# Run it from the root of this repository after create-pod-identity.sh, which installs the agent.
set -euo pipefail

CLUSTER=my-cluster
REGION=eu-west-1
ROLE=ebs-csi-driver

aws iam get-role --role-name "$ROLE" >/dev/null 2>&1 ||
  aws iam create-role --role-name "$ROLE" --assume-role-policy-document file://examples/iam/trust-policy.json
aws iam attach-role-policy --role-name "$ROLE" \
  --policy-arn arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy
aws iam wait role-exists --role-name "$ROLE"
ROLE_ARN=$(aws iam get-role --role-name "$ROLE" --query Role.Arn --output text)

aws eks describe-addon --region "$REGION" --cluster-name "$CLUSTER" --addon-name aws-ebs-csi-driver >/dev/null 2>&1 ||
  aws eks create-addon --region "$REGION" --cluster-name "$CLUSTER" --addon-name aws-ebs-csi-driver \
    --pod-identity-associations "serviceAccount=ebs-csi-controller-sa,roleArn=$ROLE_ARN"
aws eks wait addon-active --region "$REGION" --cluster-name "$CLUSTER" --addon-name aws-ebs-csi-driver
