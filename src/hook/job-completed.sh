#!/usr/bin/env bash
# The job-completed hook of a self-hosted runner: logs out of what the job-started hook has logged in to.
# ACTIONS_RUNNER_HOOK_JOB_COMPLETED names this file. https://github.com/OWNER/ecr-pod-identity-login/blob/main/docs/job-hook.md
set -euo pipefail

LC_ALL=C
state=${HOME:-}/.ecr-pod-identity-login/runner-${RUNNER_NAME//[^A-Za-z0-9._-]/_}
# Nothing was logged in to.
[[ -r $state/node ]] || exit 0

# PATH begins with directories of the job here, so no program is looked up on it: node is the one of the job-started hook.
exec "$(<"$state/node")" "${BASH_SOURCE[0]%/*}/completed/index.js" "$state"
