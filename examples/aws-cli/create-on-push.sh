#!/usr/bin/env bash
# Lets Amazon ECR create the repositories below team/ when an image is first pushed to them.
set -euo pipefail

aws ecr create-repository-creation-template --region eu-west-1 --prefix team --applied-for CREATE_ON_PUSH \
  --image-tag-mutability IMMUTABLE
