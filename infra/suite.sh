#!/bin/sh
# infra/suite.sh FOLDER PYTHON: the JSON-Schema-Test-Suite (MIT), as the source package of jsonschema carries it, in FOLDER/json.
set -eu
folder=$1 python=$2
version=4.26.0
hash=0c26707e2efad8aa1bfc5b7ce170f3fccc2e4918ff85989ba9ffa9facb2be326

fail() { echo "bancheng: $1" >&2; exit 2; }

if [ -f "$folder/stamp" ] && [ "$(cat "$folder/stamp")" = "$hash" ]; then exit 0; fi

echo "fetching the JSON Schema test suite into $folder (once)"
rm -rf "$folder"
mkdir -p "$folder"
echo "jsonschema==$version --hash=sha256:$hash" > "$folder/wanted"
"$python" -m pip download -qq --disable-pip-version-check --no-deps --no-binary jsonschema --dest "$folder" -r "$folder/wanted" ||
    fail "the test suite could not be fetched: see above (is the package index reachable?)"
tar -xzf "$folder/jsonschema-$version.tar.gz" -C "$folder" --strip-components 1 "jsonschema-$version/json" ||
    fail "the test suite could not be unpacked: see above"
rm "$folder/jsonschema-$version.tar.gz" "$folder/wanted"
printf '%s' "$hash" > "$folder/stamp"
