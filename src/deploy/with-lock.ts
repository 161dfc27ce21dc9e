import { type Clock, Problem } from '../core/index.ts'
import type { Layout } from './layout.ts'
import { askScript, runScript } from './run-script.ts'
import type { Shell } from './shell.ts'

/** Minutes after which a lock is one of a deployment that died; those at work touch theirs every minute. */
const stale = 15

/** One deployment at a time on a machine. @throws Problem when another one is at work */
export async function withLock<T>(shell: Shell, places: Layout, clock: Clock, work: () => Promise<T>): Promise<T> {
  const make = 'umask 022; mkdir -p "$1"; [ -w "$1" ] || { echo "this user may not write there" >&2; exit 1; }'
  await runScript(shell, `deploy into "${places.root}"`, make, [places.root])
  const script = `
[ -z "$(find "$1" -maxdepth 0 -mmin +${stale} 2>/dev/null)" ] || rmdir "$1"
mkdir "$1" 2>/dev/null`
  if (!(await askScript(shell, 'take the lock', script, [places.lock]))) {
    throw new Problem(`Cannot deploy into "${places.root}": another deployment is at work there`, {
      next: `wait for it; one that died is passed over after ${stale} minutes`,
    })
  }
  const over = new AbortController()
  const held = hold(shell, places, clock, over.signal)
  try {
    return await work()
  } finally {
    over.abort()
    await held
    await runScript(shell, 'give the lock back', 'rmdir "$1"', [places.lock])
  }
}

/** Says every minute that the deployment still works: an archive may take long on its way. */
async function hold(shell: Shell, places: Layout, clock: Clock, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      await clock.sleep(60_000, signal)
      await runScript(shell, 'hold the lock', 'touch "$1"', [places.lock])
    }
  } catch {
    // The work is done, or the machine cannot be reached, which the work finds out itself.
  }
}
