#!/usr/bin/env bash
# The job-completed hook of a self-hosted runner: logs out of what the job-started hook has logged in to.
# ACTIONS_RUNNER_HOOK_JOB_COMPLETED names this file. https://github.com/OWNER/ecr-pod-identity-login/blob/main/docs/job-hook.md
set -euo pipefail

LC_ALL=C
# Runners of other repositories on this machine can have the same name, and have another folder.
runner=${RUNNER_NAME:-}-${RUNNER_TEMP:-}
state=${HOME:-}/.ecr-pod-identity-login/runner-${runner//[^A-Za-z0-9._-]/_}
# Nothing was logged in to.
[[ -r $state/node ]] || exit 0

# PATH begins with directories of the job here, so no program is looked up on it: node is the one of the job-started hook.
node=$(<"$state/node")
if [[ ! -f $node || ! -x $node ]]; then
  echo '::warning::ECR login: the node of the job-started hook is gone. The next job-started hook logs out.'
  exit 0
fi
exec "$node" "${BASH_SOURCE[0]%/*}/completed/index.js" "$state"
