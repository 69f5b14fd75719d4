#!/bin/sh
# infra/node.sh FOLDER PACKAGE VERSION: an npm tool in FOLDER; needs Node 18 or newer on this computer.
set -eu
folder=$1 package=$2 version=$3

fail() { echo "bancheng: $1" >&2; exit 2; }

for tool in node npm; do
    command -v "$tool" >/dev/null 2>&1 || fail "$tool is missing: make test needs Node 18 or newer (nodejs and npm)"
done
node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 18 ? 1 : 0)' || fail "Node $(node -v) is too old: make test needs 18 or newer"
if [ -f "$folder/stamp" ] && [ "$(cat "$folder/stamp")" = "$package $version" ]; then exit 0; fi

echo "setting up $folder (once)"
mkdir -p "$folder"
npm install --prefix "$folder" --no-save --no-package-lock --no-audit --no-fund --loglevel=error "$package@$version" ||
    fail "$package could not be installed: see above (is the npm registry reachable?)"
printf '%s' "$package $version" > "$folder/stamp"
