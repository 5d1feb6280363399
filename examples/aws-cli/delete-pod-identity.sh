#!/usr/bin/env bash
# Deletes the associations of service accounts with a role: the way back of create-pod-identity.sh.
# Then lists the other associations with this role. With --delete-role, it also deletes the role,
# but not while something else uses it. It does not know who created the role: use --delete-role
# only for one that create-pod-identity.sh created. It leaves associations with another role as they are, and
# keeps the repository and the agent. You can run it again after a failure.
#
#   export CLUSTER=my-cluster REGION=eu-west-1 NAMESPACE=arc-runners
#   export SERVICE_ACCOUNTS=arc-dind-gha-rs-no-permission ROLE=arc-ecr
#   examples/aws-cli/delete-pod-identity.sh [--delete-role]
#
# Run it with credentials that may change IAM and EKS.
set -euo pipefail

: "${CLUSTER:?Set CLUSTER to the name of the EKS cluster}"
: "${REGION:?Set REGION to the region of the cluster}"
: "${NAMESPACE:?Set NAMESPACE to the namespace of the scale sets}"
: "${SERVICE_ACCOUNTS:?Set SERVICE_ACCOUNTS to the service accounts, separated by spaces}"
: "${ROLE:?Set ROLE to the name of the IAM role}"

case "${1:-}" in
  '') delete_role=false ;;
  --delete-role) delete_role=true ;;
  *)
    echo "usage: $0 [--delete-role]" >&2
    exit 2
    ;;
esac

stop() {
  echo "Stopped: $*" >&2
  exit 1
}

# role_of <cluster> <association>: the ARN of its role.
role_of() {
  aws eks describe-pod-identity-association --region "$REGION" --cluster-name "$1" \
    --association-id "$2" --query association.roleArn --output text
}

# has_role <ARN>: whether it is ROLE. By its name, because the role can be gone already.
has_role() {
  [[ ${1##*/} == "$ROLE" ]]
}

# 1. The associations of these service accounts. An association outlives its namespace.
changed=false
for service_account in $SERVICE_ACCOUNTS; do
  association=$(aws eks list-pod-identity-associations --region "$REGION" \
    --cluster-name "$CLUSTER" --namespace "$NAMESPACE" --service-account "$service_account" \
    --query 'associations[0].associationId' --output text)
  if [[ $association == None ]]; then
    echo "$NAMESPACE/$service_account has no association."
    continue
  fi

  role=$(role_of "$CLUSTER" "$association")
  if ! has_role "$role"; then
    echo "$NAMESPACE/$service_account keeps its association, which is with $role."
    continue
  fi

  aws eks delete-pod-identity-association --region "$REGION" --cluster-name "$CLUSTER" \
    --association-id "$association" >/dev/null
  echo "Deleted the association of $NAMESPACE/$service_account."
  changed=true
done

# A pod that is created in the first seconds after the change still gets the role.
if [[ $changed == true ]]; then sleep 10; fi

# 2. What else uses the role: associations in all clusters of this account and region.
others=()
clusters=$(aws eks list-clusters --region "$REGION" --query 'clusters[]' --output text)
for cluster in $clusters; do
  associations=$(aws eks list-pod-identity-associations --region "$REGION" \
    --cluster-name "$cluster" \
    --query 'associations[].[associationId,namespace,serviceAccount]' --output text)
  while read -r association namespace service_account; do
    [[ -n $association ]] || continue
    role=$(role_of "$cluster" "$association")
    if has_role "$role"; then others+=("$cluster $namespace/$service_account"); fi
  done <<<"$associations"
done

if [[ ${#others[@]} -gt 0 ]]; then
  echo "Other associations with the role $ROLE in $REGION:"
  printf '  %s\n' "${others[@]}"
else
  echo "No other association in $REGION has the role $ROLE."
fi

if [[ $delete_role == false ]]; then
  echo "Kept the role $ROLE. To delete it, run this again with --delete-role."
  exit 0
fi

# 3. The role, with all of its inline policies.
[[ ${#others[@]} -eq 0 ]] || stop "the role $ROLE is in use, so it was not deleted."

if ! trust=$(aws iam get-role --role-name "$ROLE" \
  --query 'Role.AssumeRolePolicyDocument.Statement[].Principal' --output json 2>&1); then
  [[ $trust == *NoSuchEntity* ]] || stop "$trust"
  echo "The role $ROLE does not exist."
  exit 0
fi

[[ $(tr -d '[:space:]' <<<"$trust") == '[{"Service":"pods.eks.amazonaws.com"}]' ]] ||
  stop "the role $ROLE trusts others than EKS Pod Identity, so it was not deleted."

# Clusters of another region are not listed above, but IAM knows where a role was used last.
last_region=$(aws iam get-role --role-name "$ROLE" \
  --query Role.RoleLastUsed.Region --output text)
[[ $last_region == None || $last_region == "$REGION" ]] ||
  stop "the role $ROLE was used in $last_region, so it was not deleted."

attached=$(aws iam list-attached-role-policies --role-name "$ROLE" \
  --query 'AttachedPolicies[].PolicyArn' --output text)
[[ -z $attached ]] ||
  stop "the role $ROLE has managed policies, which this script does not detach: $attached"

policies=$(aws iam list-role-policies --role-name "$ROLE" \
  --query 'PolicyNames[]' --output text)
for policy in $policies; do
  aws iam delete-role-policy --role-name "$ROLE" --policy-name "$policy"
done
aws iam delete-role --role-name "$ROLE"
echo "Deleted the role $ROLE."
