/**
 * What the provider does on a machine, for a POSIX shell with GNU tools: nothing of ours is installed there. The first word of each is
 * the folder, the second the run. What changes something holds the folder's lock, which the kernel gives back when its holder dies.
 */

/** Exit statuses that say more than that it failed. */
export const statuses = { busy: 75, full: 76, alive: 77 } as const

const open = `set -eu
root=$1 run=$2
machine=$root/runs/$run`

const lock = `${open}
umask 077
mkdir -p "$root/runs"
exec 9> "$root/lock"
flock -w 30 9 || exit ${statuses.busy}`

/** Words: how many runs there may be, the machine's file, the file of authorized keys, the key or nothing, its end in seconds. */
export const create: string = `${lock}
most=$3 file=$4 keys=$5 key=$6 end=$7
if [ ! -e "$machine/machine.json" ]; then
  count=0
  for one in "$root"/runs/*; do
    if [ -e "$one" ] && [ "$one" != "$machine" ]; then count=$((count + 1)); fi
  done
  [ "$count" -lt "$most" ] || exit ${statuses.full}
  mkdir -p "$machine"
  if [ -n "$key" ]; then
    mkdir -p "$(dirname "$keys")"
    # A last line without an end would swallow ours, and be lost itself.
    if [ -n "$(tail -c 1 "$keys" 2> /dev/null)" ]; then echo >> "$keys"; fi
    printf 'expiry-time="%s" %s chestnut-run=%s\\n' "$(date -d "@$end" +%Y%m%d%H%M%S)" "$key" "$run" >> "$keys"
  fi
  printf '%s\\n' "$file" > "$machine/machine.json.part"
  mv "$machine/machine.json.part" "$machine/machine.json"
fi
cat "$machine/machine.json"`

/** A word: the machine's file. */
export const rewrite: string = `${lock}
if [ -e "$machine/machine.json" ]; then
  printf '%s\\n' "$3" > "$machine/machine.json.part"
  mv "$machine/machine.json.part" "$machine/machine.json"
fi`

/** The clock in seconds, then a line for each run: its key and its file, or "null". */
export const list = `root=$1
date +%s
for one in "$root"/runs/*; do
  [ -e "$one" ] || continue
  printf '%s ' "\${one##*/}"
  cat "$one/machine.json" 2> /dev/null || echo null
done`

/** Processors, bytes of memory, GPUs. */
export const facts = `nproc
awk '/^MemTotal:/ { print $2 * 1024 }' /proc/meminfo
nvidia-smi -L 2> /dev/null | grep -c '^GPU ' || true`

/** A word: the file of authorized keys. Every process of a run has the run in its environment, whatever its parent is. */
export const destroy: string = `${lock}
keys=$3
processes() { grep -lzxsF "CHESTNUT_RUN=$run" /proc/[0-9]*/environ | cut -d / -f 3 || true; }
end() {
  found=$(processes)
  [ -z "$found" ] || kill "-$1" $found 2> /dev/null || true
  looks=0
  while [ -n "$(processes)" ] && [ "$looks" -lt 50 ]; do sleep 0.1; looks=$((looks + 1)); done
}
end TERM
end KILL
[ -z "$(processes)" ] || exit ${statuses.alive}
if [ -e "$keys" ] && grep -q " chestnut-run=$run\\$" "$keys"; then
  cp -p "$keys" "$keys.part"
  grep -v " chestnut-run=$run\\$" "$keys" > "$keys.part" || true
  mv "$keys.part" "$keys"
fi
rm -rf "$machine"`
