import { Misuse } from '../../core/index.ts'
import { ledgerOf, type Machine, machineName, type Provider, type RentOptions } from '../../machines/index.ts'
import { machineOwner } from '../machine-owner.ts'
import type { MachineSpec } from '../machine-spec.ts'
import { type Machines, needOf } from '../machines.ts'
import type { Workspace } from '../workspace.ts'
import { type MachineLink, reachMachine, sentinel } from './machine-link.ts'
import { hasRunKey, runKey } from './run-key.ts'

/** Milliseconds that a machine may be there at most, where nobody says otherwise. */
export const usualLongest: number = 6 * 3600_000

export interface RentingOptions {
  readonly machines: Machines
  /** The machine's name in the configuration. */
  readonly on: string
  /** Milliseconds that a machine may be there at most. Default 6 hours. */
  readonly longest?: number
  /** Packages of its system that it installs when it first starts. Default: none. */
  readonly packages?: readonly string[]
  /** Leaves once the job has begun: the sweeper alone ends what nobody comes back for. */
  readonly detach?: boolean
}

export interface Place {
  readonly spec: MachineSpec
  readonly provider: Provider
}

/** @throws Misuse when the configuration names no such machine */
export function placeOf(
  { config }: Pick<Workspace, 'config'>,
  { machines, on }: Pick<RentingOptions, 'machines' | 'on'>,
): Place {
  const provider = machines.provider(on)
  return { provider, spec: config.machines.named[on]! }
}

export interface Renting {
  readonly rentOptions: RentOptions
  readonly reach: (machine: Machine, signal: AbortSignal) => Promise<MachineLink>
  /** When this controller had the machine, by its clock; undefined: it found it. */
  readonly rented: () => number | undefined
}

/** All that renting a machine for a run takes. */
export async function renting(
  workspace: Workspace,
  options: RentingOptions,
  { run, stage }: { readonly run: string; readonly stage: string },
): Promise<Renting> {
  const { config, clock, signal, progress, state } = workspace
  const { machines, longest = usualLongest, packages = [] } = options
  const { spec, provider } = placeOf(workspace, options)
  if (spec.kind !== 'local') await checkKeyIsHere(workspace, options, run)
  const { by, privateKey, publicKey } = await runKey(state, run)
  let rentedAt: number | undefined
  const told: Provider = {
    ...provider,
    create: async (order, call) => {
      const machine = await provider.create(order, call)
      rentedAt = clock.now()
      progress({ kind: 'note', text: `rented ${machine.type} in ${machine.zone} as ${machine.name}` })
      return machine
    },
  }
  const rentOptions: RentOptions = {
    provider: told,
    journal: machines.journal,
    clock,
    owner: machineOwner(config),
    run,
    stage,
    by,
    need: needOf(spec),
    cloudInit: cloudInit(packages),
    authorizedKey: publicKey.trim(),
    caps: machines.caps,
    longest,
    check: (offer, now) => machines.check(provider, offer, now, options.detach),
    progress,
    signal,
  }
  const reach = async (machine: Machine, stop: AbortSignal): Promise<MachineLink> => {
    const link = await reachMachine(machine, { spec, provider, clock, privateKey, state }, stop)
    progress({ kind: 'note', text: 'the machine is ready' })
    return link
  }
  return { rentOptions, reach, rented: () => rentedAt }
}

/** Who cannot log in to a machine must not take it over: it would be given back under the hands of its owner. @throws Misuse */
async function checkKeyIsHere({ state }: Workspace, { machines, on }: RentingOptions, run: string): Promise<void> {
  const [cost] = ledgerOf(await machines.journal.read(run))
  if (cost?.open === undefined || (await hasRunKey(state, run))) return
  throw new Misuse(
    `Cannot go on with run "${run}" on "${on}": it was begun on another computer, or in another folder, and only there lies the key of its machine`,
    { next: `go on there, or end it: chestnut machines stop ${machineName(cost.stage, run)}` },
  )
}

/** Says when it is set up. No secret: every process of the machine can read it. */
function cloudInit(packages: readonly string[]): string {
  const wanted = packages.length === 0 ? '' : `packages: [${packages.join(', ')}]\n`
  return `#cloud-config\n${wanted}runcmd:\n  - touch ~root/${sentinel}\n`
}
