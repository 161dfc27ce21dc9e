#!/bin/sh
# Installs MLflow, to whose server our runs are sent and whose client reads them back, once. Prints the path of its Python.
set -eu
version=3.17.2
folder="${XDG_CACHE_HOME:-$HOME/.cache}/chestnut/peers/mlflow-$version"
if [ ! -e "$folder/installed" ]; then
  rm -rf "$folder"
  python3 -m venv "$folder" >&2
  "$folder/bin/pip" install --quiet --disable-pip-version-check \
    "mlflow==$version" onnx==1.23.2 onnxruntime==1.32.0 >&2
  touch "$folder/installed"
fi
echo "$folder/bin/python"
