#!/usr/bin/env bash
# Lets the runners' role push to a repository of another account, in the two ways there are.
set -euo pipefail

CLUSTER=my-cluster
REGION=eu-west-1
NAMESPACE=arc-runners
SERVICE_ACCOUNT=arc-runner
SOURCE_ROLE_ARN=arn:aws:iam::111122223333:role/arc-runner-ecr
TARGET_ROLE_ARN=arn:aws:iam::444455556666:role/ecr-push

# Way 1, run in the account of the repository (444455556666): the repository lets the role in.
repository_policy() {
  aws ecr set-repository-policy --region "$REGION" --repository-name team/app \
    --policy-text file://examples/iam/repository-policy-cross-account.json
}

# Way 2, run in the account of the cluster (111122223333): the pods get the other account's role.
# The target role trusts the source role (examples/iam/target-role-trust-policy.json), the source role
# may assume it (examples/iam/assume-target-role.json).
target_role() {
  aws eks create-pod-identity-association --region "$REGION" --cluster-name "$CLUSTER" \
    --namespace "$NAMESPACE" --service-account "$SERVICE_ACCOUNT" \
    --role-arn "$SOURCE_ROLE_ARN" --target-role-arn "$TARGET_ROLE_ARN"
}

case "${1:-}" in
  repository-policy) repository_policy ;;
  target-role) target_role ;;
  *) echo "usage: $0 repository-policy | target-role" >&2; exit 2 ;;
esac
