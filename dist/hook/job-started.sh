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
  if [[ ${ECR_LOGIN_ON_FAILURE:-} =~ ^[[:space:]]*[Ff][Aa][Ii][Ll][[:space:]]*$ ]]; then
    echo "::error::ECR login: $1"
    exit 1
  fi
  echo "::warning::ECR login: $1"
  exit 0
}

is_node_24() {
  local version
  version=$("$1" --version 2>/dev/null) || return 1
  [[ $version =~ ^v([0-9]+)\. && ${BASH_REMATCH[1]} -ge 24 ]]
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
  is_node_24 node && type -P node
}

[[ -n ${HOME:-} ]] || give_up 'HOME of the runner is not set.'
node=$(find_node) ||
  give_up 'no node 24: update the runner to 2.327.1 or later, or set ECR_LOGIN_NODE to the path of node 24.'
[[ -z ${ECR_LOGIN_NODE:-} ]] || is_node_24 "$node" ||
  give_up "ECR_LOGIN_NODE names $node, which is not node 24 or later."

LC_ALL=C
# Runners of other repositories on this machine can have the same name, and have another folder.
runner=${RUNNER_NAME:-}-${RUNNER_TEMP:-}
exec "$node" "${BASH_SOURCE[0]%/*}/started/index.js" \
  "$HOME/.ecr-pod-identity-login/runner-${runner//[^A-Za-z0-9._-]/_}"
