#!/usr/bin/env bash
# Lets Amazon ECR create repositories with the prefix team/ on the first push. The role needs permission to push to all of them:
# write "arn:aws:ecr:eu-west-1:111122223333:repository/team/*" into examples/iam/push.json.
# If a role of another account pushes, new repositories must allow it, or the push creates an empty repository and fails. Add:
# --repository-policy file://examples/iam/repository-policy-cross-account.json
set -euo pipefail

aws ecr create-repository-creation-template --region eu-west-1 --prefix team --applied-for CREATE_ON_PUSH \
  --image-tag-mutability IMMUTABLE
