#!/usr/bin/env bash
# Lets the runners push to a repository of another account, in one of two ways that change no workflow.
set -euo pipefail

CLUSTER=my-cluster
REGION=eu-west-1
NAMESPACE=arc-runners
SERVICE_ACCOUNT=arc-runner
TARGET_ROLE_ARN=arn:aws:iam::444455556666:role/ecr-push

# Run this in the account of the repository (444455556666): the repository policy allows the role of the runners.
repository_policy() {
  aws ecr set-repository-policy --region "$REGION" --repository-name team/app \
    --policy-text file://examples/iam/repository-policy-cross-account.json
}

# Run this in the account of the cluster (111122223333): the pods get the role of the other account. It needs the AWS CLI
# 2.27.34 or later. The role of the association needs permission to assume the target role, as in
# examples/iam/assume-target-role.json. This changes the association that the service account has, and prints its external ID:
# write it into examples/iam/target-role-trust-policy.json. Until the target role has this policy, new pods get no credentials.
target_role() {
  local association
  association=$(aws eks list-pod-identity-associations --region "$REGION" --cluster-name "$CLUSTER" \
    --namespace "$NAMESPACE" --service-account "$SERVICE_ACCOUNT" \
    --query 'associations[0].associationId' --output text)
  if [[ $association == None ]]; then
    echo "Stopped: the service account $SERVICE_ACCOUNT has no association." >&2
    exit 1
  fi
  aws eks update-pod-identity-association --region "$REGION" --cluster-name "$CLUSTER" \
    --association-id "$association" --target-role-arn "$TARGET_ROLE_ARN" --query association.externalId --output text
}

case "${1:-}" in
  repository-policy) repository_policy ;;
  target-role) target_role ;;
  *)
    echo "usage: $0 repository-policy | target-role" >&2
    exit 2
    ;;
esac
