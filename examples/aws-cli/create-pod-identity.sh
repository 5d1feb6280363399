#!/usr/bin/env bash
# Creates the repository, installs the EKS Pod Identity Agent, and gives the runners' service accounts an IAM role that
# may push to the repository. It creates what is missing and changes nothing that exists, so you can run it again: if the inline
# policy or an association exists and differs, it stops and says so.
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

stop() {
  echo "Stopped: $*" >&2
  exit 1
}

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
aws iam wait role-exists --role-name "$ROLE"
ROLE_ARN=$(aws iam get-role --role-name "$ROLE" --query Role.Arn --output text)
has_policy=$(aws iam list-role-policies --role-name "$ROLE" --query "contains(PolicyNames, 'ecr')" --output text)
if [[ $has_policy == True ]]; then
  policy=$(aws iam get-role-policy --role-name "$ROLE" --policy-name ecr --query PolicyDocument --output json)
  [[ $(tr -d '[:space:]' <<<"$policy") == "$(tr -d '[:space:]' <examples/iam/push.json)" ]] ||
    stop "the policy ecr of the role $ROLE differs from examples/iam/push.json. To replace it, run:" \
      "aws iam put-role-policy --role-name $ROLE --policy-name ecr --policy-document file://examples/iam/push.json"
else
  aws iam put-role-policy --role-name "$ROLE" --policy-name ecr --policy-document file://examples/iam/push.json
fi

# 4. The associations. A service account has at most one.
for service_account in "${SERVICE_ACCOUNTS[@]}"; do
  association=$(aws eks list-pod-identity-associations --region "$REGION" --cluster-name "$CLUSTER" \
    --namespace "$NAMESPACE" --service-account "$service_account" \
    --query 'associations[0].associationId' --output text)
  if [[ $association == None ]]; then
    aws eks create-pod-identity-association --region "$REGION" --cluster-name "$CLUSTER" \
      --namespace "$NAMESPACE" --service-account "$service_account" --role-arn "$ROLE_ARN"
    continue
  fi
  role=$(aws eks describe-pod-identity-association --region "$REGION" --cluster-name "$CLUSTER" \
    --association-id "$association" --query association.roleArn --output text)
  [[ $role == "$ROLE_ARN" ]] ||
    stop "the service account $service_account has the role $role. To replace it for all its pods, run:" \
      "aws eks update-pod-identity-association --region $REGION --cluster-name $CLUSTER" \
      "--association-id $association --role-arn $ROLE_ARN"
done

# 5. Show the associations.
aws eks list-pod-identity-associations --region "$REGION" --cluster-name "$CLUSTER" --namespace "$NAMESPACE"
