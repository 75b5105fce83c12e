#!/usr/bin/env bash
# One comment of a pull request, updated and not repeated: prComment.sh FILE REPOSITORY PULL_REQUEST. Needs gh and GH_TOKEN.
set -euo pipefail
file=$1 repository=$2 number=$3
mark='<!-- leakwright -->'
body=$(mktemp)
trap 'rm -f "$body"' EXIT
# 65,536 characters is what GitHub takes.
{ echo "$mark"; head -c 60000 "$file"; } > "$body"
id=$(gh api "repos/$repository/issues/$number/comments" --paginate \
  --jq ".[] | select(.body | startswith(\"$mark\")) | .id" | head -n 1)
if [ -n "$id" ]; then
  gh api --method PATCH "repos/$repository/issues/comments/$id" -F "body=@$body" > /dev/null
else
  gh api --method POST "repos/$repository/issues/$number/comments" -F "body=@$body" > /dev/null
fi
