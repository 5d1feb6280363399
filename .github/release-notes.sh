#!/usr/bin/env bash
# Prints the section of ./CHANGELOG.md for a version, such as 1.2.3. Fails if there is none, or if it is empty.
set -euo pipefail

notes="$(awk -v heading="## [$1]" '
  /^## / { inside = index($0, heading) == 1; next }
  inside
' CHANGELOG.md)"

if [[ -z $notes ]]; then
  echo "CHANGELOG.md has no section '## [$1]', or the section is empty." >&2
  exit 1
fi
printf '%s\n' "$notes"
