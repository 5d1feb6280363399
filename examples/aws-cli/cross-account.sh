#!/usr/bin/env bash
# Lets runners push to a repository of another account, in one of two ways that change no workflow.
# Each part runs in one of the two accounts: the credentials decide which. docs/other-accounts.md
# explains the order. Run it from the root of this repository.
#
# A repository policy:
#   repository-policy  account of the repository: allows ROLE_ARN to pull and push
#                      (REGION, REPOSITORY, ROLE_ARN)
#   role-policy        account of the cluster: allows ROLE the same for REPOSITORY_ARN
#                      (ROLE, REPOSITORY_ARN)
#
# A target role, which the pods get instead of the first role:
#   target-role        account of the repository: creates TARGET_ROLE, which may push to REPOSITORY,
#                      and lets ROLE_ARN assume it. Run it twice: without EXTERNAL_IDS before
#                      association, with them afterwards (REGION, REPOSITORY, ROLE_ARN, TARGET_ROLE)
#   association        account of the cluster: lets ROLE assume TARGET_ROLE_ARN, writes it into the
#                      associations, and prints their external IDs. Needs the AWS CLI 2.27.34 or
#                      later (CLUSTER, REGION, NAMESPACE, SERVICE_ACCOUNTS, ROLE, TARGET_ROLE_ARN)
set -euo pipefail

# need <name>…: stops if one of these variables is not set.
need() {
  local name
  for name in "$@"; do
    if [[ -z ${!name:-} ]]; then
      echo "Set $name: see the top of $0." >&2
      exit 1
    fi
  done
}

# from_file <file> <placeholder> <value>…: the file, with each placeholder replaced by its value.
from_file() {
  local text
  text=$(<"$1")
  shift
  while [[ $# -gt 0 ]]; do
    text=${text//"$1"/$2}
    shift 2
  done
  echo "$text"
}

THE_ROLE=arn:aws:iam::111122223333:role/arc-ecr
THE_REPOSITORY=arn:aws:ecr:eu-west-1:111122223333:repository/team/app
THE_TARGET_ROLE=arn:aws:iam::444455556666:role/ecr-push

repository_policy() {
  need REGION REPOSITORY ROLE_ARN
  local policy
  policy=$(from_file examples/iam/repository-policy-cross-account.json "$THE_ROLE" "$ROLE_ARN")

  aws ecr set-repository-policy --region "$REGION" --repository-name "$REPOSITORY" \
    --policy-text "$policy"
}

role_policy() {
  need ROLE REPOSITORY_ARN
  local policy
  policy=$(from_file examples/iam/push.json "$THE_REPOSITORY" "$REPOSITORY_ARN")

  aws iam put-role-policy --role-name "$ROLE" --policy-name ecr-other-account \
    --policy-document "$policy"
}

target_role() {
  need REGION REPOSITORY ROLE_ARN TARGET_ROLE
  local caller partition account arn trust policy external_ids external_id
  caller=$(aws sts get-caller-identity --query Arn --output text)
  IFS=: read -r _ partition _ _ account _ <<<"$caller"
  arn=arn:$partition:ecr:$REGION:$account:repository/$REPOSITORY
  policy=$(from_file examples/iam/push.json "$THE_REPOSITORY" "$arn")

  # External IDs are known only after the associations were changed. Until then, any is accepted: if
  # the target role did not trust the first role yet, new pods would get no credentials.
  if [[ -n ${EXTERNAL_IDS:-} ]]; then
    for external_id in $EXTERNAL_IDS; do
      external_ids=${external_ids:+$external_ids, }\"$external_id\"
    done
    trust=$(from_file examples/iam/target-role-trust-policy.json \
      "$THE_ROLE" "$ROLE_ARN" '"EXTERNAL_ID"' "[$external_ids]")
  else
    trust=$(from_file examples/iam/target-role-trust-policy.json \
      "$THE_ROLE" "$ROLE_ARN" StringEquals StringLike EXTERNAL_ID '*')
  fi

  if aws iam get-role --role-name "$TARGET_ROLE" >/dev/null 2>&1; then
    aws iam update-assume-role-policy --role-name "$TARGET_ROLE" --policy-document "$trust"
  else
    aws iam create-role --role-name "$TARGET_ROLE" --assume-role-policy-document "$trust"
  fi
  aws iam put-role-policy --role-name "$TARGET_ROLE" --policy-name ecr --policy-document "$policy"
}

association() {
  need CLUSTER REGION NAMESPACE SERVICE_ACCOUNTS ROLE TARGET_ROLE_ARN
  local policy service_account association
  policy=$(from_file examples/iam/assume-target-role.json "$THE_TARGET_ROLE" "$TARGET_ROLE_ARN")
  aws iam put-role-policy --role-name "$ROLE" --policy-name assume-target-role \
    --policy-document "$policy"

  for service_account in $SERVICE_ACCOUNTS; do
    association=$(aws eks list-pod-identity-associations --region "$REGION" \
      --cluster-name "$CLUSTER" --namespace "$NAMESPACE" --service-account "$service_account" \
      --query 'associations[0].associationId' --output text)
    if [[ $association == None ]]; then
      echo "Stopped: the service account $service_account has no association." >&2
      exit 1
    fi

    aws eks update-pod-identity-association --region "$REGION" --cluster-name "$CLUSTER" \
      --association-id "$association" --target-role-arn "$TARGET_ROLE_ARN" \
      --query association.externalId --output text
  done
}

case "${1:-}" in
  repository-policy) repository_policy ;;
  role-policy) role_policy ;;
  target-role) target_role ;;
  association) association ;;
  *)
    echo "usage: $0 repository-policy | role-policy | target-role | association" >&2
    exit 2
    ;;
esac
