#!/usr/bin/env bash
# Gives service accounts an IAM role that may push to a repository of Amazon ECR. Creates the
# repository, the EKS Pod Identity Agent, the role and the associations: what is missing, and
# nothing that exists is changed. So you can run it again. If the trust policy, the inline policy or
# an association exists and differs, it stops and says so. It also stops if the policy names another
# repository than REPOSITORY.
#
# Run it from the root of this repository, with credentials that may change IAM, EKS and ECR:
#
#   export CLUSTER=my-cluster REGION=eu-west-1 NAMESPACE=arc-runners
#   export SERVICE_ACCOUNTS=arc-dind-gha-rs-no-permission ROLE=arc-ecr REPOSITORY=team/app
#   examples/aws-cli/create-pod-identity.sh
#
# SERVICE_ACCOUNTS can be several, separated by spaces. REPOSITORY can be a prefix ('team/*'): then
# it creates no repository. POLICY=examples/iam/pull.json is for runners that only pull.
# INSTALL_AGENT=false is for EKS Auto Mode, which includes the agent.
set -euo pipefail

: "${CLUSTER:?Set CLUSTER to the name of the EKS cluster}"
: "${REGION:?Set REGION to the region of the cluster and of the repository}"
: "${NAMESPACE:?Set NAMESPACE to the namespace of the scale sets}"
: "${SERVICE_ACCOUNTS:?Set SERVICE_ACCOUNTS to the service accounts, separated by spaces}"
: "${ROLE:?Set ROLE to the name of the IAM role}"
: "${REPOSITORY:?Set REPOSITORY to the name of the ECR repository, or to a prefix such as team/*}"
POLICY=${POLICY:-examples/iam/push.json}

stop() {
  echo "Stopped: $*" >&2
  exit 1
}

without_space() {
  tr -d '[:space:]' <<<"$1"
}

# 1. The repository. The policy names it by its ARN: arn:<partition>:ecr:<region>:<account>:…
caller=$(aws sts get-caller-identity --query Arn --output text)
IFS=: read -r _ partition _ _ account _ <<<"$caller"
repository_arn=arn:$partition:ecr:$REGION:$account:repository/$REPOSITORY
placeholder=arn:aws:ecr:eu-west-1:111122223333:repository/team/app
policy=$(<"$POLICY")
policy=${policy//"$placeholder"/$repository_arn}

# A policy that somebody edited has no placeholder: it would allow the repository that it names.
if [[ $policy == *:ecr:*:repository/* && $policy != *"\"$repository_arn\""* ]]; then
  stop "the policy $POLICY names another repository than $repository_arn. Restore the ARN" \
    "$placeholder in it, which this script replaces."
fi

if [[ $REPOSITORY != *'*'* ]]; then
  aws ecr describe-repositories --region "$REGION" --repository-names "$REPOSITORY" \
    >/dev/null 2>&1 ||
    aws ecr create-repository --region "$REGION" --repository-name "$REPOSITORY"
fi

# 2. The agent.
if [[ ${INSTALL_AGENT:-true} == true ]]; then
  agent=(--region "$REGION" --cluster-name "$CLUSTER" --addon-name eks-pod-identity-agent)
  aws eks describe-addon "${agent[@]}" >/dev/null 2>&1 || aws eks create-addon "${agent[@]}"
  aws eks wait addon-active "${agent[@]}"
fi

# 3. The role: who may assume it, and what it may do in ECR.
aws iam get-role --role-name "$ROLE" >/dev/null 2>&1 ||
  aws iam create-role --role-name "$ROLE" \
    --assume-role-policy-document file://examples/iam/trust-policy.json
aws iam wait role-exists --role-name "$ROLE"
role_arn=$(aws iam get-role --role-name "$ROLE" --query Role.Arn --output text)

trust=$(aws iam get-role --role-name "$ROLE" \
  --query Role.AssumeRolePolicyDocument --output json)
[[ $trust == *pods.eks.amazonaws.com* ]] ||
  stop "the role $ROLE does not trust EKS Pod Identity. Add the statement of" \
    "examples/iam/trust-policy.json to its trust policy (aws iam update-assume-role-policy)."

has_policy=$(aws iam list-role-policies --role-name "$ROLE" \
  --query "contains(PolicyNames, 'ecr')" --output text)
if [[ $has_policy == True ]]; then
  existing=$(aws iam get-role-policy --role-name "$ROLE" --policy-name ecr \
    --query PolicyDocument --output json)
  [[ $(without_space "$existing") == "$(without_space "$policy")" ]] ||
    stop "the inline policy ecr of the role $ROLE differs from $POLICY for $repository_arn." \
      "Choose another ROLE, or replace the policy:" \
      "aws iam put-role-policy --role-name $ROLE --policy-name ecr" \
      "--policy-document '$(without_space "$policy")'"
else
  aws iam put-role-policy --role-name "$ROLE" --policy-name ecr --policy-document "$policy"
fi

# 4. The associations. A service account has at most one.
changed=false
for service_account in $SERVICE_ACCOUNTS; do
  association=$(aws eks list-pod-identity-associations --region "$REGION" \
    --cluster-name "$CLUSTER" --namespace "$NAMESPACE" --service-account "$service_account" \
    --query 'associations[0].associationId' --output text)

  if [[ $association == None ]]; then
    aws eks create-pod-identity-association --region "$REGION" --cluster-name "$CLUSTER" \
      --namespace "$NAMESPACE" --service-account "$service_account" --role-arn "$role_arn"
    changed=true
    continue
  fi

  role=$(aws eks describe-pod-identity-association --region "$REGION" --cluster-name "$CLUSTER" \
    --association-id "$association" --query association.roleArn --output text)
  [[ $role == "$role_arn" ]] ||
    stop "the service account $service_account has the role $role. Give that role the rights that" \
      "your jobs need, or replace it for all pods of this service account:" \
      "aws eks update-pod-identity-association --region $REGION --cluster-name $CLUSTER" \
      "--association-id $association --role-arn $role_arn"
done

# 5. A pod that is created in the first seconds after the change does not get the role.
if [[ $changed == true ]]; then sleep 10; fi
aws eks list-pod-identity-associations --region "$REGION" --cluster-name "$CLUSTER" \
  --namespace "$NAMESPACE"
