#!/usr/bin/env bash
# The job-started hook of a self-hosted runner: logs the runner in to Amazon ECR before it pulls the images of a job.
# ACTIONS_RUNNER_HOOK_JOB_STARTED names this file. https://github.com/OWNER/ecr-pod-identity-login/blob/main/docs/job-hook.md
set -euo pipefail

if [[ -n ${ACTIONS_RUNNER_CONTAINER_HOOKS:-} ]]; then
  echo 'ECR login: nothing to do in a Kubernetes mode of the runner; its job pods pull images by themselves.'
  exit 0
fi

# A warning lets the job go on; ECR_LOGIN_ON_FAILURE=fail fails it.
give_up() {
  if [[ ${ECR_LOGIN_ON_FAILURE:-warn} == fail ]]; then
    echo "::error::ECR login: $1"
    exit 1
  fi
  echo "::warning::ECR login: $1"
  exit 0
}

find_node() {
  if [[ -n ${ECR_LOGIN_NODE:-} ]]; then
    echo "$ECR_LOGIN_NODE"
    return
  fi
  # The runner's own node: this script's parent is bin/Runner.Worker of the runner.
  local worker
  worker=$(command -p readlink "/proc/$PPID/exe" 2>/dev/null || command -p ps -o comm= -p "$PPID")
  local own=${worker%/bin*/*}/externals/node24/bin/node
  if [[ -x $own ]]; then
    echo "$own"
    return
  fi
  local version
  version=$(node --version 2>/dev/null) || return 1
  version=${version#v}
  [[ ${version%%.*} -ge 24 ]] || return 1
  type -P node
}

[[ -n ${HOME:-} ]] || give_up 'HOME of the runner is not set.'
node=$(find_node) ||
  give_up 'no node 24: update the runner to 2.327.1 or later, or set ECR_LOGIN_NODE to the path of node 24.'
[[ -x $node ]] || give_up "ECR_LOGIN_NODE names $node, which is not a program."

here=${BASH_SOURCE[0]%/*}
LC_ALL=C
exec "$node" "$here/started/index.js" \
  "$HOME/.ecr-pod-identity-login/runner-${RUNNER_NAME//[^A-Za-z0-9._-]/_}"
