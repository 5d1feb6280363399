#!/usr/bin/env bash
# Lets Amazon ECR create repositories with the prefix team/ on the first push.
set -euo pipefail

aws ecr create-repository-creation-template --region eu-west-1 --prefix team --applied-for CREATE_ON_PUSH \
  --image-tag-mutability IMMUTABLE
