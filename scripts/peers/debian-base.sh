#!/bin/sh
# Makes the folder of a small Debian with the Node and the npm of this machine, once: images are built on it where no registry is
# reachable. Prints its path.
set -eu
suite=bookworm
node=$(node -p 'process.execPath')
folder="${XDG_CACHE_HOME:-$HOME/.cache}/chestnut/peers/debian-$suite"
system="$folder/system"
if [ ! -d "$system" ]; then
  if [ "$(id -u)" != 0 ]; then
    echo 'Cannot make a Debian: debootstrap needs root' >&2
    exit 1
  fi
  # Where apt gets its packages; else debootstrap knows one.
  mirror=$(sed -n 's/^\(URIs:\|deb\) *\(http[^ ]*\/debian\)\/\?\( .*\)\?$/\2/p' \
    /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list 2>/dev/null | head -n 1)
  part="$folder/part"
  rm -rf "$part"
  mkdir -p "$part"
  debootstrap --variant=minbase --include=libstdc++6 "$suite" "$part" ${mirror:+"$mirror"} >&2
  (cd "$part" && rm -rf var/cache/apt/* var/lib/apt/lists/* usr/share/doc usr/share/man usr/share/locale var/log/*)
  place="$part/usr/local"
  mkdir -p "$place/bin" "$place/lib/node_modules"
  cp "$node" "$place/bin/node"
  npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
  cp -r "$npm" "$place/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$place/bin/npm"
  mv "$part" "$system"
fi
echo "$system"
