#!/bin/sh
# Installs the PyPI package onnx, whose checker judges our graphs, once. Prints the path of the Python that has it.
set -eu
version=1.23.2
folder="$HOME/.cache/chestnut/peers/onnx-$version"
if [ ! -e "$folder/installed" ]; then
  rm -rf "$folder"
  python3 -m venv "$folder" >&2
  "$folder/bin/pip" install --quiet --disable-pip-version-check "onnx==$version" >&2
  touch "$folder/installed"
fi
echo "$folder/bin/python"
