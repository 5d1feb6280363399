#!/usr/bin/env bash
# The job-completed hook of a self-hosted runner: logs out of what the job-started hook has logged
# in to. ACTIONS_RUNNER_HOOK_JOB_COMPLETED names this file. The job-started hook runs it too, with a
# time limit in seconds, if the last job had no end.

set +e
trap 'exit 0' EXIT
folder=$(command -p readlink -f "${BASH_SOURCE[0]}")
folder=${folder%/*}
# shellcheck source=src/hook/run-bundle.sh
source "$folder/run-bundle.sh" || exit 1

# Nothing was logged in to.
[[ -e $state/node ]] || exit 0

# A read of a pipe does not end.
for file in node path state; do
  if [[ ! -f $state/$file || ! -r $state/$file ]]; then
    report warning "$state/$file cannot be read, so a login can be left."
    exit 0
  fi
done

node=$(<"$state/node")
if [[ ! -f $node || ! -x $node ]]; then
  report warning 'the node of the job-started hook is gone. The next job-started hook logs out.'
  exit 0
fi

# In the format of GITHUB_STATE, a value is a line of JSON between two other lines, and the last
# value counts. The plan of the logins is a list.
saved=
plan=
while IFS= read -r line; do
  [[ $line != '{'* ]] || saved=$line
  [[ $line != '['* ]] || plan=$line
done 2>/dev/null <"$state/state"

run_bundle "${1:-55}" "$node" "$folder/../post/index.js" \
  "PATH=$(<"$state/path")" "STATE_login=$saved" "STATE_plan=$plan"
result=$?
# If it was killed, the next job-started hook tries once more.
((result > 128)) || command -p rm -rf "$state"
((result == 0)) || exit 1
