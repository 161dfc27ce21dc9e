#!/bin/sh
# Builds versitygw, a real S3 server on a folder that checks signatures, once. Prints the path of the program.
set -eu
version=1.8.0
folder="${XDG_CACHE_HOME:-$HOME/.cache}/chestnut/peers/versitygw-$version"
if [ ! -x "$folder/bin/versitygw" ]; then
  mkdir -p "$folder"
  command -v go >/dev/null || PATH="$PATH:/usr/local/go/bin:/usr/lib/go/bin"
  GOBIN="$folder/bin" go install "github.com/versity/versitygw/cmd/versitygw@v$version" >&2
fi
echo "$folder/bin/versitygw"
