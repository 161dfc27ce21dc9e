#!/bin/sh
# Installs the PyPI package onnx, whose checker judges our graphs, once. Prints the path of the Python that has it.
set -eu
version=1.23.2
folder="${XDG_CACHE_HOME:-$HOME/.cache}/chestnut/peers/onnx-$version"
if [ ! -e "$folder/installed" ]; then
  rm -rf "$folder"
  python3 -m venv "$folder" >&2
  "$folder/bin/pip" install --quiet --disable-pip-version-check "onnx==$version" ml_dtypes==0.6.0 numpy==2.4.6 protobuf==7.36.2 \
    typing_extensions==4.16.0 >&2
  touch "$folder/installed"
fi
echo "$folder/bin/python"
