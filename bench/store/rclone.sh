#!/bin/sh
# Builds rclone, once. Prints the path of the program.
set -eu
version=1.76.0
folder="${XDG_CACHE_HOME:-$HOME/.cache}/chestnut/peers/rclone-$version"
if [ ! -x "$folder/bin/rclone" ]; then
  mkdir -p "$folder"
  command -v go >/dev/null || PATH="$PATH:/usr/local/go/bin:/usr/lib/go/bin"
  GOBIN="$folder/bin" go install "github.com/rclone/rclone@v$version" >&2
fi
echo "$folder/bin/rclone"
