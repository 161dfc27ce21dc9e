#!/bin/sh
# Installs what the ten lines of Python need that "chestnut export" prints, once: a fresh virtual environment with stock packages.
# Prints the path of its Python.
set -eu
version=1.32.0
folder="${XDG_CACHE_HOME:-$HOME/.cache}/chestnut/peers/onnxruntime-$version"
if [ ! -e "$folder/installed" ]; then
  rm -rf "$folder"
  python3 -m venv "$folder" >&2
  "$folder/bin/pip" install --quiet --disable-pip-version-check "onnxruntime==$version" numpy==2.4.6 pillow==13.0.0 >&2
  touch "$folder/installed"
fi
echo "$folder/bin/python"
