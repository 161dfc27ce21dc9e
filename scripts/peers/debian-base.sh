#!/bin/sh
# Makes the folder of a small Debian with the Node and the npm of this machine, once: images are built on it where no registry is
# reachable. Prints its path.
set -eu
suite=bookworm
node=$(node -p 'process.execPath')
folder="${XDG_CACHE_HOME:-$HOME/.cache}/chestnut/peers/debian-$suite"
if [ ! -e "$folder/made" ]; then
  if [ "$(id -u)" != 0 ]; then
    echo 'Cannot make a Debian: debootstrap needs root' >&2
    exit 1
  fi
  mirror=$(sed -n 's/^\(URIs:\|deb\) *\(http[^ ]*\/debian\)\/\?\( .*\)\?$/\2/p' \
    /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list 2>/dev/null | head -n 1)
  rm -rf "$folder"
  mkdir -p "$folder/root"
  debootstrap --variant=minbase --include=libstdc++6 "$suite" "$folder/root" "${mirror:-http://deb.debian.org/debian}" >&2
  rm -rf "$folder"/root/var/cache/apt/* "$folder"/root/var/lib/apt/lists/* "$folder"/root/usr/share/doc "$folder"/root/usr/share/man \
    "$folder"/root/usr/share/locale "$folder"/root/var/log/*
  mkdir -p "$folder/root/usr/local/bin" "$folder/root/usr/local/lib/node_modules"
  cp "$node" "$folder/root/usr/local/bin/node"
  npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
  cp -r "$npm" "$folder/root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$folder/root/usr/local/bin/npm"
  touch "$folder/made"
fi
echo "$folder/root"
