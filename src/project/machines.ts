import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Clock, chestnutVersion, Misuse, nearest, Problem } from '../core/index.ts'
import {
  type Caps,
  existingServer,
  type Journal,
  local,
  type Need,
  type Offer,
  type Provider,
  type SweeperHeartbeat,
  scalewayGuard,
  scalewayProvider,
  ssh,
} from '../machines/index.ts'
import type { Store } from '../store/index.ts'
import { checkGuard } from './check-guard.ts'
import type { Config } from './config.ts'
import { machineJournal, sweeperHeartbeat } from './machine-journal.ts'
import type { MachineSpec, SshSpec } from './machine-spec.ts'
import { stateFolder } from './open-store.ts'

/** The machines of a project: where they come from, what is written down about them, and what they may cost. */
export interface Machines {
  readonly caps: Caps
  readonly journal: Journal
  /** Each place that the configuration names, once, and this computer: all of Scaleway is one place. */
  places(): Places
  /** Of a machine's name in the configuration. @throws Misuse when there is none of this name. */
  provider(name: string): Provider
  /** Of the sweeps that write into the project's store. */
  heartbeat(provider: Provider): SweeperHeartbeat
  /**
   * Whether an offer may be rented now, for `RentOptions.check`. A sweep counts that a person or cron made with this project's store, and
   * at Scaleway one that the guard's job ended well.
   *
   * @param isLeft whether nobody stays with the machine. Default: no
   * @throws Refusal when it costs money, is a GPU or left to itself, the sweeper is silent, and the configuration does not say
   * `guard: false`
   */
  check(provider: Provider, offer: Offer, now: number, isLeft?: boolean): Promise<void>
}

export interface Places {
  readonly providers: readonly Provider[]
  /** Why others cannot be asked from here: no key, a wrong one. */
  readonly closed: readonly Problem[]
}

export interface MachinesTools {
  readonly clock: Clock
  /** Where journal and heartbeat are kept: the project's store. */
  readonly store: Store
  /** Told what a person should know: prices that are not live, older names of variables. */
  notice?(sentence: string): void
}

export function openMachines(config: Config, base: string, tools: MachinesTools): Machines {
  const { caps, guard, named } = config.machines
  const state = stateFolder(config, base)
  const { store } = tools
  const opened = new Map<string, Provider>()
  const open = (spec: MachineSpec): Provider => {
    const key = JSON.stringify(spec)
    const provider = opened.get(key) ?? openProvider(spec, { base, state }, tools)
    opened.set(key, provider)
    return provider
  }
  return {
    caps,
    journal: machineJournal(store),
    places: () => openPlaces([...Object.values(named), { kind: 'local' }], open),
    provider: name => {
      const spec = named[name]
      if (spec !== undefined) return open(spec)
      throw new Misuse(`Cannot use the machine "${name}": the configuration names ${knownNames(named, name)}`, {
        next: `add "${name}" to "machines" in chestnut.config.ts`,
      })
    },
    heartbeat: provider => sweeperHeartbeat(store, placeOf(provider)),
    check: async (provider, offer, now, isLeft = false) => {
      if (!guard) return
      const { read } = sweeperHeartbeat(store, placeOf(provider))
      await checkGuard(offer, now, provider.name === 'scaleway' ? [read, () => lastOfGuard(tools)] : [read], isLeft)
    },
  }
}

/** A sweep of one account keeps no watch over another. */
function placeOf({ name, account }: Provider): string {
  return account === undefined ? name : `${name}-${account}`
}

/** One without a key does not keep the others from being asked. */
function openPlaces(specs: readonly MachineSpec[], open: (spec: MachineSpec) => Provider): Places {
  const providers = new Map<string, Provider>()
  const closed = new Map<string, Problem>()
  for (const spec of specs) {
    try {
      const provider = open(spec)
      providers.set(provider.name, provider)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      closed.set(error.message, error)
    }
  }
  return { providers: [...providers.values()], closed: [...closed.values()] }
}

/** The job at Scaleway has no store: Scaleway knows when it ended well. */
function lastOfGuard({ clock, notice }: MachinesTools): Promise<number | undefined> {
  const told = notice === undefined ? {} : { notice }
  return scalewayGuard({ clock, package: `chestnut@${chestnutVersion()}`, ...told }).lastSweep()
}

/** What a machine of the configuration must have. */
export function needOf(spec: MachineSpec): Need {
  if (spec.kind !== 'scaleway') return {}
  const { type, gpus, cpus, memory, disk, zones, highestPricePerHour } = spec
  return {
    ...(type === undefined ? {} : { type }),
    ...(gpus === undefined ? {} : { gpus }),
    ...(cpus === undefined ? {} : { cpus }),
    ...(memory === undefined ? {} : { memory: memory * gigabyte }),
    ...(disk === undefined ? {} : { disk: disk * gigabyte }),
    ...(zones === undefined ? {} : { zones }),
    ...(highestPricePerHour === undefined ? {} : { highestPricePerHour }),
  }
}

const gigabyte = 1e9

interface Folders {
  /** The config's. */
  readonly base: string
  readonly state: string
}

function openProvider(spec: MachineSpec, { base, state }: Folders, { clock, notice }: MachinesTools): Provider {
  switch (spec.kind) {
    case 'local':
      return local({ folder: join(state, 'machines'), clock })
    case 'ssh':
      return openSsh(spec, base, clock)
    case 'scaleway':
      return scalewayProvider({
        clock,
        ...(spec.image === undefined ? {} : { image: spec.image }),
        ...(notice === undefined ? {} : { notice }),
      })
    case 'existing':
      return existingServer({
        clock,
        id: spec.id,
        ...(spec.zone === undefined ? {} : { zone: spec.zone }),
        ...(notice === undefined ? {} : { notice }),
      })
  }
}

function openSsh(
  { kind: _kind, identity, port, folder, atOnce, ...spec }: SshSpec,
  base: string,
  clock: Clock,
): Provider {
  return ssh({
    ...spec,
    identity: resolve(base, identity.replace(/^~(?=\/)/, homedir())),
    clock,
    ...(port === undefined ? {} : { port }),
    ...(folder === undefined ? {} : { folder }),
    ...(atOnce === undefined ? {} : { atOnce }),
  })
}

function knownNames(named: Readonly<Record<string, MachineSpec>>, wanted: string): string {
  const names = Object.keys(named)
  const near = nearest(wanted, names)
  if (near !== undefined) return `none like it, did you mean "${near}"?`
  return names.length === 0 ? 'none' : names.map(name => `"${name}"`).join(', ')
}
