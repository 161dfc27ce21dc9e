import { type Clock, systemCode } from '../../core/index.ts'

const look = 50
/** Milliseconds that the kernel may take to end what was killed. */
const afterKill = 5000

/** Ends a process group: asks it, and kills what is still there after `grace` milliseconds. Resolves when it is gone. */
export async function endGroup(leader: number, grace: number, clock: Clock): Promise<void> {
  signalGroup(leader, 'SIGTERM')
  if (await gone(leader, grace, clock)) return
  signalGroup(leader, 'SIGKILL')
  await gone(leader, afterKill, clock)
}

async function gone(leader: number, patience: number, clock: Clock): Promise<boolean> {
  for (const end = clock.now() + patience; signalGroup(leader, 0); ) {
    if (clock.now() >= end) return false
    await clock.sleep(look)
  }
  return true
}

/** @returns whether there is anybody in the group */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leader, signal)
    return true
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return false
    throw error
  }
}
