#!/usr/bin/env bash
# Kubernetes mode only: installs the Amazon EBS CSI driver, which creates the work volume of each
# runner. The driver gets a role of its own with EKS Pod Identity. EKS Auto Mode includes a driver:
# do not run this there. Run it from the root of this repository after create-pod-identity.sh, which
# installs the agent:
#
#   CLUSTER=my-cluster REGION=eu-west-1 ROLE=ebs-csi-driver examples/aws-cli/create-storage.sh
set -euo pipefail

: "${CLUSTER:?Set CLUSTER to the name of the EKS cluster}"
: "${REGION:?Set REGION to the region of the cluster}"
: "${ROLE:?Set ROLE to the name of the IAM role for the driver, such as ebs-csi-driver}"

aws iam get-role --role-name "$ROLE" >/dev/null 2>&1 ||
  aws iam create-role --role-name "$ROLE" \
    --assume-role-policy-document file://examples/iam/trust-policy.json
aws iam attach-role-policy --role-name "$ROLE" \
  --policy-arn arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy
aws iam wait role-exists --role-name "$ROLE"
role_arn=$(aws iam get-role --role-name "$ROLE" --query Role.Arn --output text)

driver=(--region "$REGION" --cluster-name "$CLUSTER" --addon-name aws-ebs-csi-driver)
aws eks describe-addon "${driver[@]}" >/dev/null 2>&1 ||
  aws eks create-addon "${driver[@]}" \
    --pod-identity-associations "serviceAccount=ebs-csi-controller-sa,roleArn=$role_arn"
aws eks wait addon-active "${driver[@]}"
