#!/usr/bin/env bash
# Lets the runners push to a repository of another account, in one of two ways that change no workflow.
set -euo pipefail

CLUSTER=my-cluster
REGION=eu-west-1
NAMESPACE=arc-runners
SERVICE_ACCOUNT=arc-runner
SOURCE_ROLE_ARN=arn:aws:iam::111122223333:role/arc-runner-ecr
TARGET_ROLE_ARN=arn:aws:iam::444455556666:role/ecr-push

# Run this in the account of the repository (444455556666): the repository policy allows the role of the runners.
repository_policy() {
  aws ecr set-repository-policy --region "$REGION" --repository-name team/app \
    --policy-text file://examples/iam/repository-policy-cross-account.json
}

# Run this in the account of the cluster (111122223333): the pods get the role of the other account. The target role must
# trust the source role (examples/iam/target-role-trust-policy.json), and the source role needs permission to assume it
# (examples/iam/assume-target-role.json). This changes the association that the service account has.
target_role() {
  local association
  association=$(aws eks list-pod-identity-associations --region "$REGION" --cluster-name "$CLUSTER" \
    --namespace "$NAMESPACE" --service-account "$SERVICE_ACCOUNT" \
    --query 'associations[0].associationId' --output text)
  aws eks update-pod-identity-association --region "$REGION" --cluster-name "$CLUSTER" \
    --association-id "$association" --role-arn "$SOURCE_ROLE_ARN" --target-role-arn "$TARGET_ROLE_ARN"
}

case "${1:-}" in
  repository-policy) repository_policy ;;
  target-role) target_role ;;
  *)
    echo "usage: $0 repository-policy | target-role" >&2
    exit 2
    ;;
esac
