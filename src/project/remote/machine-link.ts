import { join } from 'node:path'
import { type Clock, duration, Problem, throwIfAborted } from '../../core/index.ts'
import {
  type Address,
  connect,
  LinkLost,
  localFolder,
  localShell,
  type Machine,
  NotReady,
  type Provider,
  pauses,
  type Shell,
  waitUntilReady,
} from '../../machines/index.ts'
import type { MachineSpec } from '../machine-spec.ts'
import type { Workspace } from '../workspace.ts'

/** A way to a run's machine that can be gone again after it was cut. */
export interface MachineLink {
  /** The run's own folder there: an absolute path. */
  readonly folder: string
  /** Whether it is this computer, where everything is installed. */
  readonly isHere: boolean
  /** A connection of the caller's own. */
  connected(signal?: AbortSignal): Promise<Shell>
}

export interface ReachOptions {
  readonly spec: MachineSpec
  readonly provider: Provider
  readonly clock: Clock
  readonly privateKey: string
  /** The project's own folder on this computer. */
  readonly state: string
}

/** Made by a new machine's first start, in the home folder of who logs in: see `cloudInit`. */
export const sentinel = '.chestnut-ready'

/** Waits until a machine that runs lets us in and is set up. @throws WrongHostKey at once */
export async function reachMachine(machine: Machine, options: ReachOptions, signal: AbortSignal): Promise<MachineLink> {
  const { spec, privateKey } = options
  if (spec.kind === 'local') {
    const folder = join(options.state, 'machines')
    return {
      folder: join(localFolder(folder, machine), 'run'),
      isHere: true,
      connected: async () => localShell(machine, folder),
    }
  }
  const letIn = await letInto(machine, options, signal)
  await using shell = letIn.shell
  const { address } = letIn
  const { lines } = await shell.run(['sh', '-c', 'echo "$HOME"; uname -sm'], { signal })
  const [home = '/root', kind = ''] = lines
  refuseKind(machine, kind)
  const runs = runsBelow(spec, home)
  if (spec.kind === 'existing') await removeOthers(shell, runs, machine.marks.run, signal)
  return {
    folder: `${runs}/${machine.marks.run}`,
    isHere: false,
    connected: stop => connect(address, stop === undefined ? { privateKey } : { privateKey, signal: stop }),
  }
}

/** Milliseconds that a machine has until it lets us in, and until it is asked whether it has another address by now. */
const readyTime = 300_000
const addressTime = 30_000

/** Waits until it lets us in: where it is may be told late, and anew once it has started. */
async function letInto(
  machine: Machine,
  options: ReachOptions,
  signal: AbortSignal,
): Promise<{ readonly address: Address; readonly shell: Shell }> {
  const { spec, clock, privateKey } = options
  const end = clock.now() + readyTime
  // A server that was there before does not start for the first time.
  const first = spec.kind === 'scaleway' ? { sentinel } : {}
  for (let address = machine.address; ; address = undefined) {
    address ??= await addressOf(machine, options, signal)
    const patience = Math.min(addressTime, end - clock.now())
    try {
      return { address, shell: await waitUntilReady(address, { clock, privateKey, signal, patience, ...first }) }
    } catch (error) {
      if (!(error instanceof NotReady)) throw error
      if (clock.now() < end) continue
      const reason = error.cause instanceof Problem ? error.cause.message : error.message
      throw new NotReady(`"${machine.name}" is not ready after ${duration(readyTime)}. ${reason}`, { cause: error })
    }
  }
}

/** @throws Problem when it is no machine that Chestnut is packed for */
function refuseKind({ name }: Machine, kind: string): void {
  if (kind === 'Linux x86_64') return
  throw new Problem(`Cannot use "${name}": it is "${kind}", wanted "Linux x86_64", for which Chestnut is packed`, {
    next: 'name another machine in "machines" of chestnut.config.ts',
  })
}

/** Its disk outlives a run that was interrupted, and must not keep films. There is one run at a time. */
async function removeOthers(shell: Shell, runs: string, run: string, signal: AbortSignal): Promise<void> {
  const script = '[ ! -d "$1" ] || find "$1" -mindepth 1 -maxdepth 1 ! -name "$2" -exec rm -rf {} +'
  const { status, errors } = await shell.run(['sh', '-c', script, 'sh', runs, run], { signal, timeout: 600_000 })
  if (status !== 0) throw new Problem(`Cannot remove what earlier runs left on the machine: ${errors.join(' ')}`)
}

/** On a machine of ours it is the folder that goes with the run. */
function runsBelow(spec: MachineSpec, home: string): string {
  if (spec.kind !== 'ssh') return `${home}/.chestnut-runs`
  const { folder = '.chestnut' } = spec
  return `${folder.startsWith('/') ? folder : `${home}/${folder}`}/runs`
}

async function addressOf(
  { marks, name }: Machine,
  { provider, clock }: ReachOptions,
  signal: AbortSignal,
): Promise<Address> {
  const pause = pauses(clock)
  for (;;) {
    const found = await provider.find(marks.run, { signal })
    if (found === undefined) throw new Problem(`Cannot reach "${name}": it is gone`)
    if (found.address !== undefined) return found.address
    await pause(signal)
  }
}

/** Milliseconds for which what fails is tried again. */
const patience = 15 * 60_000
/** Milliseconds: an attempt that lasted longer got somewhere. */
const longAttempt = 5 * 60_000

/**
 * Does what may be done again, on a new connection whenever one was cut.
 *
 * @param isPassing whether an error other than a cut connection may pass, too
 */
export async function patiently<T>(
  link: MachineLink,
  { clock, signal, progress }: Pick<Workspace, 'clock' | 'signal' | 'progress'>,
  work: (shell: Shell) => Promise<T>,
  isPassing: (error: unknown) => boolean = () => false,
): Promise<T> {
  const pause = pauses(clock)
  let since = clock.now()
  for (;;) {
    const began = clock.now()
    try {
      await using shell = await link.connected(signal)
      return await work(shell)
    } catch (error) {
      throwIfAborted(signal)
      if (!(error instanceof LinkLost) && !isPassing(error)) throw error
      if (clock.now() - began > longAttempt) since = clock.now()
      if (clock.now() - since > patience) throw error
      progress({ kind: 'warning', text: `${error instanceof Error ? error.message : error}; trying again` })
      await pause(signal)
    }
  }
}
