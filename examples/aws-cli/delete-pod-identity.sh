#!/usr/bin/env bash
# Deletes what create-pod-identity.sh created for the runners: the associations and the role. It keeps the repository with
# its images and the agent, which other pods can use, and prints the commands that delete them.
# Run it with credentials that may change IAM and EKS.
set -euo pipefail

CLUSTER=my-cluster
REGION=eu-west-1
REPOSITORY=team/app
ROLE=arc-runner-ecr

# 1. The associations with this role, in all namespaces. They outlive their namespace.
ROLE_ARN=$(aws iam get-role --role-name "$ROLE" --query Role.Arn --output text)
associations=$(aws eks list-pod-identity-associations --region "$REGION" --cluster-name "$CLUSTER" \
  --query 'associations[].associationId' --output text)
for association in $associations; do
  role=$(aws eks describe-pod-identity-association --region "$REGION" --cluster-name "$CLUSTER" \
    --association-id "$association" --query association.roleArn --output text)
  [[ $role != "$ROLE_ARN" ]] ||
    aws eks delete-pod-identity-association --region "$REGION" --cluster-name "$CLUSTER" --association-id "$association"
done

# 2. The role. IAM refuses if you attached other policies.
aws iam delete-role-policy --role-name "$ROLE" --policy-name ecr
aws iam delete-role --role-name "$ROLE"

# 3. What stays.
echo 'To delete the rest, run:'
echo "aws ecr delete-repository --region $REGION --repository-name $REPOSITORY --force"
echo "aws eks delete-addon --region $REGION --cluster-name $CLUSTER --addon-name eks-pod-identity-agent"
