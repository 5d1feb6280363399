#!/usr/bin/env bash
# Lets Amazon ECR create repositories with a prefix on the first push. The role needs permission to
# push to all of them: run create-pod-identity.sh with REPOSITORY='team/*'.
#
#   REGION=eu-west-1 PREFIX=team examples/aws-cli/create-on-push.sh
#
# If a role of another account pushes, new repositories must allow it, or the push creates an empty
# repository and fails. Add this option, with a policy that names the role:
# --repository-policy file://examples/iam/repository-policy-cross-account.json
set -euo pipefail

: "${REGION:?Set REGION to the region of the repositories}"
: "${PREFIX:?Set PREFIX to the prefix of the repositories, such as team}"

aws ecr create-repository-creation-template --region "$REGION" --prefix "$PREFIX" \
  --applied-for CREATE_ON_PUSH --image-tag-mutability IMMUTABLE
