#!/usr/bin/env bash
# The job-started hook of a self-hosted runner: logs the runner in to Amazon ECR before it pulls the
# images of a job. ACTIONS_RUNNER_HOOK_JOB_STARTED names this file. See docs/job-hook.md.

# The runner starts bash with -e. A hook fails a job only if ECR_LOGIN_ON_FAILURE asks for that.
set +e
trap 'exit 0' EXIT
folder=$(command -p readlink -f "${BASH_SOURCE[0]}")
folder=${folder%/*}
# shellcheck source=src/hook/run-bundle.sh
source "$folder/run-bundle.sh" || exit 1

# The job waits for the hook. With the time to end, it takes less than a minute.
time_limit=55
# Of this, for the logout from a job that had no end.
logout_time_limit=15

is_node_24() {
  local version
  # A program that hangs is not waited for. The runner ends it with the job.
  IFS= read -r -t 5 version < <("$1" --version 2>/dev/null) || return 1
  [[ $version =~ ^v([0-9]+)\. && ${BASH_REMATCH[1]} -ge 24 ]]
}

# Prints the path of node.
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

# Creates the folder, for this user alone. The job-completed hook uses this node and this PATH.
create_state() (
  umask 077
  command -p rm -rf "$state" && command -p mkdir -p "$state" &&
    printf %s "$PATH" >"$state/path" && : >"$state/state" && printf %s "$node" >"$state/node"
) 2>/dev/null

if [[ -n ${ACTIONS_RUNNER_CONTAINER_HOOKS:-} ]]; then
  echo 'ECR login: nothing to do in a Kubernetes mode of the runner; its job pods pull images by themselves.'
  exit 0
fi
[[ ${HOME:-} == /* ]] || give_up 'HOME of the runner is not set to an absolute path.'
node=$(find_node) ||
  give_up 'no node 24: update the runner to 2.327.1 or later, or set ECR_LOGIN_NODE to the path of node 24.'
[[ -z ${ECR_LOGIN_NODE:-} ]] || is_node_24 "$node" ||
  give_up "ECR_LOGIN_NODE names $node, which is not node 24 or later."
[[ $node == /* ]] || node=$PWD/$node

if [[ -e $state/state ]]; then
  echo 'The previous job did not log out. Logging out now.'
  printf %s "$node" >"$state/node"
  ECR_LOGIN_ON_FAILURE=warn "$BASH" "$folder/job-completed.sh" "$logout_time_limit"
fi
create_state ||
  give_up "the job hook cannot keep its state in $state. Set HOME of the runner to a directory that its user can write to."

run_bundle $((time_limit - SECONDS)) "$node" "$folder/../index.js" "GITHUB_STATE=$state/state" || exit 1
