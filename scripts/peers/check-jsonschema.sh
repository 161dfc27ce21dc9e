#!/bin/sh
# Installs the PyPI package check-jsonschema, which has GitLab's own schema of pipelines with it, once. Prints the path of the program.
set -eu
version=0.39.0
folder="${XDG_CACHE_HOME:-$HOME/.cache}/chestnut/peers/check-jsonschema-$version"
if [ ! -e "$folder/installed" ]; then
  rm -rf "$folder"
  python3 -m venv "$folder" >&2
  "$folder/bin/pip" install --quiet --disable-pip-version-check "check-jsonschema==$version" >&2
  touch "$folder/installed"
fi
echo "$folder/bin/check-jsonschema"
