#!/bin/sh
# Builds versitygw, a real S3 server on a folder that checks signatures, once. Prints the path of the program.
set -eu
version=1.8.0
folder="${XDG_CACHE_HOME:-$HOME/.cache}/chestnut/peers/versitygw-$version"
if [ ! -x "$folder/bin/versitygw" ]; then
  mkdir -p "$folder"
  PATH="$PATH:/usr/local/go/bin:/usr/lib/go/bin"
  if ! command -v go >/dev/null; then
    echo 'Cannot build versitygw: there is no Go 1.25 or newer, on the PATH or in /usr/local/go' >&2
    exit 1
  fi
  GOBIN="$folder/bin" go install "github.com/versity/versitygw/cmd/versitygw@v$version" >&2
fi
echo "$folder/bin/versitygw"
