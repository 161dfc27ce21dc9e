import { join } from 'node:path'
import { type Clock, chestnutVersion, Misuse, nearest } from '../core/index.ts'
import {
  type Caps,
  existingServer,
  type Journal,
  local,
  type Need,
  type Provider,
  type SweeperHeartbeat,
  scalewayGuard,
  scalewayProvider,
} from '../machines/index.ts'
import type { Store } from '../store/index.ts'
import type { Config } from './config.ts'
import { machineJournal, sweeperHeartbeat } from './machine-journal.ts'
import type { MachineSpec } from './machine-spec.ts'
import { stateFolder } from './open-store.ts'

/** The machines of a project: where they come from, what is written down about them, and what they may cost. */
export interface Machines {
  readonly caps: Caps
  readonly journal: Journal
  /** Each place that the configuration names, once, and this computer: all of Scaleway is one place. */
  readonly providers: readonly Provider[]
  /** Of a machine's name in the configuration. @throws Misuse when there is none of this name. */
  provider(name: string): Provider
  heartbeat(provider: Provider): SweeperHeartbeat
}

export interface MachinesTools {
  readonly clock: Clock
  /** Where journal and heartbeat are kept: the project's store. */
  readonly store: Store
  /** Told what a person should know: prices that are not live, older names of variables. */
  notice?(sentence: string): void
}

export function openMachines(config: Config, base: string, tools: MachinesTools): Machines {
  const { caps, named } = config.machines
  const state = stateFolder(config, base)
  const { store } = tools
  const opened = new Map<string, Provider>()
  const open = (spec: MachineSpec): Provider => {
    const key = JSON.stringify(spec)
    const provider = opened.get(key) ?? openProvider(spec, state, tools)
    opened.set(key, provider)
    return provider
  }
  const providers = [...Object.values(named), { kind: 'local' } as const].map(open)
  return {
    caps,
    journal: machineJournal(store),
    providers: [...new Map(providers.map(provider => [provider.name, provider])).values()],
    provider: name => {
      const spec = named[name]
      if (spec !== undefined) return open(spec)
      throw new Misuse(`Cannot use the machine "${name}": the configuration names ${knownNames(named, name)}`, {
        next: `add "${name}" to "machines" in chestnut.config.ts`,
      })
    },
    heartbeat: provider => {
      const kept = sweeperHeartbeat(store, provider.name)
      return provider.name === 'scaleway' ? { ...kept, read: () => latestBeat(kept, tools) } : kept
    },
  }
}

/** A sweep counts whoever made it: a person, who wrote it into the store, or the job at Scaleway, which has no store. */
async function latestBeat(kept: SweeperHeartbeat, { clock, notice }: MachinesTools): Promise<number | undefined> {
  const guard = scalewayGuard({
    clock,
    package: `chestnut@${chestnutVersion()}`,
    ...(notice === undefined ? {} : { notice }),
  })
  const beats = [await kept.read(), await guard.lastSweep()].filter(beat => beat !== undefined)
  return beats.length === 0 ? undefined : Math.max(...beats)
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

function openProvider(spec: MachineSpec, state: string, { clock, notice }: MachinesTools): Provider {
  switch (spec.kind) {
    case 'local':
      return local({ folder: join(state, 'machines'), clock })
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

function knownNames(named: Readonly<Record<string, MachineSpec>>, wanted: string): string {
  const names = Object.keys(named)
  const near = nearest(wanted, names)
  if (near !== undefined) return `none like it, did you mean "${near}"?`
  return names.length === 0 ? 'none' : names.map(name => `"${name}"`).join(', ')
}
