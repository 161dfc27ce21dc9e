import { Problem } from '../core/index.ts'
import type { Layout } from './layout.ts'
import { askScript, runScript } from './run-script.ts'
import type { Shell } from './shell.ts'

/** Minutes after which a lock is one of a deployment that died; those at work touch theirs at each step. */
const stale = 15

export interface Lock {
  /** Says that the deployment still works. */
  touch(): Promise<void>
}

/** One deployment at a time on a machine. @throws Problem when another one is at work */
export async function withLock<T>(shell: Shell, places: Layout, work: (lock: Lock) => Promise<T>): Promise<T> {
  const script = `
umask 022
mkdir -p "$1"
[ -z "$(find "$2" -maxdepth 0 -mmin +${stale} 2>/dev/null)" ] || rmdir "$2"
mkdir "$2" 2>/dev/null`
  if (!(await askScript(shell, 'take the lock', script, [places.root, places.lock]))) {
    throw new Problem(`Cannot deploy into "${places.root}": another deployment is at work there`, {
      next: `wait for it; one that died is passed over after ${stale} minutes`,
    })
  }
  const touch = async (): Promise<void> => {
    await runScript(shell, 'hold the lock', 'touch "$1"', [places.lock])
  }
  try {
    return await work({ touch })
  } finally {
    await runScript(shell, 'give the lock back', 'rmdir "$1"', [places.lock])
  }
}
