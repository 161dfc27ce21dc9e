import { askScript, runScript } from './run-script.ts'
import type { Shell } from './shell.ts'
import type { Service, Supervisor } from './supervisor.ts'

/**
 * Whether the process of a pid file lives: `$1` is its folder. A number may be another process's by now, so the time of its start
 * counts; a dead one that nobody has asked after yet is dead.
 */
const alive = `
alive() {
  [ -s "$1/pid" ] || return 1
  read -r pid started < "$1/pid"
  facts=$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null) || return 1
  set -- $facts
  [ "$1" != Z ] && [ "\${20}" = "$started" ]
}`

const stop = `
stop() {
  alive "$1" || { rm -f "$1/pid"; return 0; }
  read -r pid started < "$1/pid"
  kill -TERM "$pid" 2>/dev/null || true
  tries=0
  while alive "$1"; do
    tries=$((tries + 1))
    [ "$tries" -ne 300 ] || kill -KILL "$pid" 2>/dev/null || true
    sleep 0.1
  done
  rm -f "$1/pid"
}`

const start = `
umask 022
mkdir -p "$1"
stop "$1"
folder=$1 home=$2 secrets=$3
shift 3
if [ -n "$secrets" ]; then set -a; . "$secrets"; set +a; fi
cd "$home"
setsid "$@" < /dev/null >> "$folder/log" 2>&1 &
pid=$!
facts=$(sed 's/.*) //' "/proc/$pid/stat")
set -- $facts
echo "$pid \${20}" > "$folder/pid.partial"
mv "$folder/pid.partial" "$folder/pid"`

/**
 * Plain processes of the user who deploys, for machines without systemd and for a try on one's own computer: nothing starts them
 * again after a crash or a restart of the machine.
 *
 * @param folder where it keeps numbers of processes and what they say
 */
export function processes(shell: Shell, folder: string, user: string): Supervisor {
  const of = (name: string): string => `${folder}/${name}`
  return {
    name: 'processes',
    user,
    prepare: async owned => {
      await runScript(shell, `make the folders below "${folder}"`, 'mkdir -p "$@"', [folder, ...owned])
    },
    start: async ({ name, command, folder: home, secrets = '' }: Service) => {
      const words = [of(name), home, secrets, ...command]
      await runScript(shell, `start "${name}"`, `${alive}\n${stop}\n${start}`, words)
    },
    stop: async name => {
      await runScript(shell, `stop "${name}"`, `${alive}\n${stop}\nstop "$1"`, [of(name)])
    },
    isRunning: name => askScript(shell, `look for "${name}"`, `${alive}\nalive "$1"`, [of(name)]),
    log: name => `tail ${of(name)}/log`,
  }
}
