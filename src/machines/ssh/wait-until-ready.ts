import { type Clock, duration, Problem, throwIfAborted } from '../../core/index.ts'
import type { Address } from '../provider.ts'
import type { Shell } from '../shell.ts'
import { type ConnectOptions, connect } from './connect.ts'
import { LinkLost, LoginRefused, NotReady } from './ssh-errors.ts'

export interface ReadyOptions extends ConnectOptions {
  readonly clock: Clock
  /** A file on the machine whose coming says that it is set up. Default: being let in is enough. */
  readonly sentinel?: string
  /** Milliseconds until it is given up. Default 300,000. */
  readonly patience?: number
}

const firstPause = 500
const longestPause = 5000

/**
 * Waits for a machine that is starting: its port, its host key, our login, its sentinel. Looks again after 0.5, 1, 2, 4, 5, 5 … s.
 *
 * @throws WrongHostKey at once: waiting does not make a stranger the machine. NotReady with the last reason when time is over.
 */
export async function waitUntilReady(address: Address, options: ReadyOptions): Promise<Shell> {
  const { clock, signal, patience = 300_000 } = options
  const end = clock.now() + patience
  for (let pause = firstPause; ; pause = Math.min(longestPause, pause * 2)) {
    throwIfAborted(signal)
    const timeout = Math.max(1, Math.min(options.timeout ?? 10_000, end - clock.now()))
    const found = await attempt(address, { ...options, timeout })
    if (!(found instanceof Problem)) return found
    if (clock.now() + pause > end) {
      const waited = `"${address.host}" is not ready after ${duration(patience)}`
      throw new NotReady(`${waited}. ${found.message}`, { cause: found })
    }
    await clock.sleep(pause, signal)
  }
}

/** The shell, or what is missing yet. */
async function attempt(address: Address, options: ReadyOptions): Promise<Shell | Problem> {
  let shell: Shell | undefined
  try {
    shell = await connect(address, options)
    const { sentinel, signal } = options
    if (sentinel === undefined) return shell
    const { status } = await shell.run(['test', '-f', sentinel], signal === undefined ? {} : { signal })
    if (status === 0) return shell
    await shell.close()
    return new Problem(`It has not made "${sentinel}" yet`)
  } catch (error) {
    await shell?.close()
    // While it starts, the port is closed, and our key may not be there yet.
    if (error instanceof LinkLost || error instanceof LoginRefused) return error
    throw error
  }
}
