# What both job hooks need. It starts nothing that is looked up on PATH, apart from bash: in the
# job-completed hook, PATH begins with directories of the job.
# shellcheck shell=bash

SECONDS=0
LC_ALL=C

# How a failure is reported. A warning lets the job go on; ECR_LOGIN_ON_FAILURE=fail fails it.
level=warning
if [[ ${ECR_LOGIN_ON_FAILURE:-} =~ ^[[:space:]]*[Ff][Aa][Ii][Ll][[:space:]]*$ ]]; then
  level=error
  trap - EXIT
fi

# The folder for the state of this runner. Job containers can write to the work folder, so it is
# outside of that. Two runners of one machine can have the same name, but not the same RUNNER_TEMP.
runner=${RUNNER_NAME:-}-${RUNNER_TEMP:-}
state=${HOME:-}/.ecr-pod-identity-login/runner-${runner//[^A-Za-z0-9._-]/_}

# An alert can find the annotations of the hooks by it.
title='title=ECR login job hook'

# report <level> <text>
report() {
  local text=${2//'%'/%25}
  echo "::$1 $title::${text//$'\n'/%0A}"
}

give_up() {
  report "$level" "$1"
  exit 1
}

# run_bundle <seconds> <node> <bundle> <NAME=value…>: runs a bundle of the action with these
# variables, reports its failures as $level, and returns its exit code. The bundle gets no inputs and
# no state of the runner: bash passes on names such as INPUT_AWS-REGION, which only env can remove.
# An output file would contain the password.
run_bundle() {
  local seconds=$1 node=$2 bundle=$3 changes=() entry line result pid is_reported=no
  shift 3
  while IFS= read -r -d '' entry; do
    case $entry in INPUT_* | STATE_*) changes+=(-u "${entry%%=*}") ;; esac
  done < <(/usr/bin/env -0)
  changes+=(GITHUB_ENV=/dev/null GITHUB_OUTPUT=/dev/null "$@")

  command -p rm -f "$state/output"
  if ! command -p mkfifo -m 600 "$state/output"; then
    report "$level" "the job hook cannot write to $state."
    return 137
  fi
  /usr/bin/env "${changes[@]}" "$node" "$bundle" "--job-hook=$seconds" </dev/null >"$state/output" 2>&1 &
  pid=$!
  trap 'kill "$pid"' INT TERM
  exec 3<"$state/output"
  # The bundle knows its time limit. This is for one that does not end all the same.
  local last=$((SECONDS + seconds + 4))
  while ((SECONDS < last)); do
    IFS= read -r -t $((last - SECONDS)) -u 3 line
    result=$?
    case $line in
      ::error::*) is_reported=yes line="::$level $title::${line#::error::}" ;;
      ::warning::*) line="::warning $title::${line#::warning::}" ;;
    esac
    [[ -z $line ]] || printf '%s\n' "$line"
    # The output is at its end.
    ((result != 1)) || break
  done
  if ((SECONDS >= last)); then
    # Without it, bash would print that the program was killed.
    disown "$pid"
    kill -KILL "$pid"
    report "$level" "the action did not end within $seconds s."
    return 137
  fi
  wait "$pid" 2>/dev/null
  result=$?
  ((result == 0)) || [[ $is_reported == yes ]] ||
    report "$level" "the action ended unexpectedly, with exit code $result."
  return "$result"
}
