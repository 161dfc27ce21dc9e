#!/bin/sh
# Builds act, which runs workflows of GitHub Actions on this machine, once. Prints the path of the program.
set -eu
version=0.2.89
folder="${XDG_CACHE_HOME:-$HOME/.cache}/chestnut/peers/act-$version"
if [ ! -x "$folder/bin/act" ]; then
  mkdir -p "$folder"
  PATH="$PATH:/usr/local/go/bin:/usr/lib/go/bin"
  if ! command -v go >/dev/null; then
    echo 'Cannot build act: there is no Go 1.24 or newer, on the PATH or in /usr/local/go' >&2
    exit 1
  fi
  GOBIN="$folder/bin" go install "github.com/nektos/act@v$version" >&2
fi
echo "$folder/bin/act"
