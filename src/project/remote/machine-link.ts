import { join } from 'node:path'
import { type Clock, Problem } from '../../core/index.ts'
import {
  connect,
  LinkLost,
  localFolder,
  localShell,
  type Machine,
  type Provider,
  pauses,
  type Shell,
  waitUntilReady,
} from '../../machines/index.ts'
import type { MachineSpec } from '../machine-spec.ts'

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
  const { spec, clock, privateKey } = options
  if (spec.kind === 'local') {
    const folder = join(options.state, 'machines')
    return {
      folder: join(localFolder(folder, machine), 'run'),
      isHere: true,
      connected: async () => localShell(machine, folder),
    }
  }
  const address = await addressOf(machine, options, signal)
  const ready = { clock, privateKey, signal }
  // A server that was there before does not start for the first time.
  await using shell = await waitUntilReady(address, spec.kind === 'scaleway' ? { ...ready, sentinel } : ready)
  const { lines } = await shell.run(['sh', '-c', 'echo "$HOME"'], { signal })
  return {
    folder: `${runsBelow(spec, lines[0] ?? '/root')}/${machine.marks.run}`,
    isHere: false,
    connected: stop => connect(address, stop === undefined ? { privateKey } : { privateKey, signal: stop }),
  }
}

/** On a machine of ours it is the folder that goes with the run. */
function runsBelow(spec: MachineSpec, home: string): string {
  if (spec.kind !== 'ssh') return `${home}/.chestnut-runs`
  const { folder = '.chestnut' } = spec
  return `${folder.startsWith('/') ? folder : `${home}/${folder}`}/runs`
}

async function addressOf(
  machine: Machine,
  { provider, clock }: ReachOptions,
  signal: AbortSignal,
): Promise<NonNullable<Machine['address']>> {
  const pause = pauses(clock)
  for (let found: Machine | undefined = machine; ; found = await provider.find(machine.marks.run, { signal })) {
    if (found === undefined) throw new Problem(`Cannot reach "${machine.name}": it is gone`)
    if (found.address !== undefined) return found.address
    await pause(signal)
  }
}

/** Does what may be done again, on a new connection whenever one was cut. */
export async function patiently<T>(
  link: MachineLink,
  clock: Clock,
  signal: AbortSignal,
  work: (shell: Shell) => Promise<T>,
): Promise<T> {
  const pause = pauses(clock)
  for (let attempt = 1; ; attempt++) {
    try {
      await using shell = await link.connected(signal)
      return await work(shell)
    } catch (error) {
      if (!(error instanceof LinkLost) || attempt === 12) throw error
      await pause(signal)
    }
  }
}
