#!/bin/sh
# infra/node.sh FOLDER PACKAGE@VERSION...: npm packages for tests in FOLDER; needs Node 20 or newer on this computer.
set -eu
folder=$1; shift

fail() { echo "bancheng: $1" >&2; exit 2; }

for tool in node npm; do
    command -v "$tool" >/dev/null 2>&1 || fail "$tool is missing: make test needs Node 20 or newer (nodejs and npm)"
done
node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' || fail "Node $(node -v) is too old: make test needs 20 or newer"
if [ -f "$folder/stamp" ] && [ "$(cat "$folder/stamp")" = "$*" ]; then exit 0; fi

echo "setting up $folder (once)"
# What another list had left there would be found before what is wanted.
rm -rf "$folder"
mkdir -p "$folder"
npm install --prefix "$folder" --no-save --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error "$@" ||
    fail "packages could not be installed: see above (is the npm registry reachable?)"
printf '%s' "$*" > "$folder/stamp"
