#!/usr/bin/env bash
# Installs the job hook for a runner on EC2. Run it as root, then restart the runner's service.
# The hook uses the role of the instance, or keys in the runner's .env file. See docs/job-hook.md.
set -euo pipefail

RUNNER=${1:?usage: install-job-hook.sh <folder of the runner> <version> <sha256 of job-hook.tar.gz>}
VERSION=${2:?version, such as v1.0.0}
CHECKSUM=${3:?SHA-256 checksum, from job-hook.tar.gz.sha256 of the release}
REPOSITORY=${REPOSITORY:-OWNER/ecr-pod-identity-login}
FOLDER=/opt/ecr-login
VARIABLES=(
  "ACTIONS_RUNNER_HOOK_JOB_STARTED=$FOLDER/hook/job-started.sh"
  "ACTIONS_RUNNER_HOOK_JOB_COMPLETED=$FOLDER/hook/job-completed.sh"
)

# The runner runs only one hook of each kind, so a second line would replace the first.
if grep -vxF "$(printf '%s\n' "${VARIABLES[@]}")" "$RUNNER/.env" 2>/dev/null | grep '^ACTIONS_RUNNER_HOOK_JOB_'; then
  echo "$RUNNER/.env has a job hook already. Call both scripts from it, and set ECR_LOGIN_NODE." >&2
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
curl -fsSL -o "$work/job-hook.tar.gz" "https://github.com/$REPOSITORY/releases/download/$VERSION/job-hook.tar.gz"
echo "$CHECKSUM  $work/job-hook.tar.gz" | sha256sum --check
gh attestation verify "$work/job-hook.tar.gz" --repo "$REPOSITORY" \
  --cert-identity "https://github.com/$REPOSITORY/.github/workflows/release.yml@refs/tags/$VERSION"

rm -rf "$FOLDER"
install -d -m 755 "$FOLDER"
tar -xzf "$work/job-hook.tar.gz" -C "$FOLDER"

# The runner reads .env when it starts. The last line of the file may have no line break.
[[ ! -s $RUNNER/.env || -z $(tail -c 1 "$RUNNER/.env") ]] || echo >>"$RUNNER/.env"
for line in "${VARIABLES[@]}"; do
  grep -qxF "$line" "$RUNNER/.env" 2>/dev/null || echo "$line" >>"$RUNNER/.env"
done
echo "Installed $VERSION in $FOLDER. Restart the runner."
