#!/usr/bin/env bash
# Installs the job hook for a runner on EC2. Run it as root, then restart the runner's service.
# The instance's role, or keys in the runner's .env file, log in; see docs/job-hook.md.
set -euo pipefail

RUNNER=${1:?usage: install-job-hook.sh <folder of the runner> <version> <sha256 of job-hook.tar.gz>}
VERSION=${2:?version, such as v1.0.0}
CHECKSUM=${3:?the SHA-256 checksum, which job-hook.tar.gz.sha256 of the release has}
REPOSITORY=${REPOSITORY:-OWNER/ecr-pod-identity-login}
FOLDER=/opt/ecr-login
VARIABLES=(
  "ACTIONS_RUNNER_HOOK_JOB_STARTED=$FOLDER/hook/job-started.sh"
  "ACTIONS_RUNNER_HOOK_JOB_COMPLETED=$FOLDER/hook/job-completed.sh"
)

# The runner runs one hook of each kind: a line of ours would take the place of another one.
if grep -vxF "$(printf '%s\n' "${VARIABLES[@]}")" "$RUNNER/.env" 2>/dev/null | grep '^ACTIONS_RUNNER_HOOK_JOB_'; then
  echo "$RUNNER/.env has a job hook already. Call both scripts from it, and set ECR_LOGIN_NODE." >&2
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
curl -fsSL -o "$work/job-hook.tar.gz" "https://github.com/$REPOSITORY/releases/download/$VERSION/job-hook.tar.gz"
echo "$CHECKSUM  $work/job-hook.tar.gz" | sha256sum --check
gh attestation verify "$work/job-hook.tar.gz" --repo "$REPOSITORY" \
  --signer-workflow "$REPOSITORY/.github/workflows/release.yml"

rm -rf "$FOLDER"
install -d -m 755 "$FOLDER"
tar -xzf "$work/job-hook.tar.gz" -C "$FOLDER"

# The runner reads its environment from .env when it starts. Its last line may have no end.
[[ ! -s $RUNNER/.env || -z $(tail -c 1 "$RUNNER/.env") ]] || echo >>"$RUNNER/.env"
for line in "${VARIABLES[@]}"; do
  grep -qxF "$line" "$RUNNER/.env" 2>/dev/null || echo "$line" >>"$RUNNER/.env"
done
echo "Installed $VERSION in $FOLDER. Restart the runner."
