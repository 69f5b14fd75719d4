#!/bin/sh
# infra/venv.sh FOLDER FILE...: a venv in FOLDER with the packages of the requirement FILEs, made anew only if they changed.
set -eu
folder=$1; shift
constraint=infra/constraints.txt

fail() { echo "bancheng: $1" >&2; exit 2; }

suits() { command -v "$1" >/dev/null 2>&1 && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python; do
        if suits "$candidate"; then echo "$candidate"; return; fi
    done
    fail "Python 3.11 or newer is needed: install it, or name it with make PYTHON=/path/to/python3"
}

# A venv that works stays with its Python, whatever the PATH of today finds first.
python=$folder/bin/python
suits "$python" && [ -z "${PYTHON:-}" ] || python=$(find_python)
version=$("$python" -V)
wanted=$(cat "$@" "$constraint" | cksum; echo "$version")
# One stamp for each last file: the venv of make run grows into that of make test, and serves both.
for last in "$@"; do :; done
stamp=$folder/$(basename "$last").stamp
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && suits "$folder/bin/python"; then exit 0; fi

echo "setting up $folder (once; a minute or two)"
rm -f "$stamp"
if [ "$("$folder/bin/python" -V 2>/dev/null || true)" != "$version" ]; then rm -rf "$folder"; fi
"$python" -c 'import venv, ensurepip' 2>/dev/null || fail "this Python has no venv module: install the package python3-venv"
[ -d "$folder" ] || "$python" -m venv "$folder" || fail "$folder cannot be made: is the disk full, or not yours?"
requirements=""
for file in "$@"; do requirements="$requirements -r $file"; done
# The emulator pins its own botocore, so the constraints of the functions do not hold there.
case $folder in *emulator) ;; *) requirements="$requirements -c $constraint" ;; esac
# shellcheck disable=SC2086  # the words are meant to be split
"$folder/bin/python" -m pip install -qq --disable-pip-version-check $requirements ||
    fail "packages could not be installed into $folder: see above (is the package index reachable?)"
printf '%s' "$wanted" > "$stamp"
