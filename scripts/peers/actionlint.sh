#!/bin/sh
# Builds actionlint, which reads workflows of GitHub Actions as GitHub does, once. Prints the path of the program.
set -eu
version=1.7.12
folder="${XDG_CACHE_HOME:-$HOME/.cache}/chestnut/peers/actionlint-$version"
if [ ! -x "$folder/bin/actionlint" ]; then
  mkdir -p "$folder"
  PATH="$PATH:/usr/local/go/bin:/usr/lib/go/bin"
  if ! command -v go >/dev/null; then
    echo 'Cannot build actionlint: there is no Go 1.21 or newer, on the PATH or in /usr/local/go' >&2
    exit 1
  fi
  GOBIN="$folder/bin" go install "github.com/rhysd/actionlint/cmd/actionlint@v$version" >&2
fi
echo "$folder/bin/actionlint"
