import {
  byRun,
  euros,
  ledgerOf,
  monthOf,
  type Provider,
  parseMachineName,
  type Resource,
  type RunCost,
  settle,
} from '../machines/index.ts'
import type { Machines } from './machines.ts'

export interface MachineList {
  readonly format: 'chestnut.machine-list/1'
  readonly machines: readonly ListedMachine[]
  /** Euros of all runs of the journal that began this month (UTC), so far. */
  readonly month: { readonly month: string; readonly euros: number }
}

/** All that a run has at a provider. */
export interface ListedMachine {
  readonly provider: string
  readonly run: string
  readonly name: string
  /** What it is for: "train". */
  readonly stage: string
  /** Undefined for what outlived its machine without marks. */
  readonly owner?: string
  readonly state: string
  /** ISO 8601, UTC. */
  readonly since: string
  /** When it may be destroyed, ISO 8601, UTC. */
  readonly deadline?: string
  /** Whether that is past. */
  readonly isOverdue: boolean
  readonly eurosPerHour: number
  /** By the journal where it knows the run, else by the hour. */
  readonly euros: number
  /** Of what it has: "server", "volume", "address". */
  readonly has: readonly string[]
}

/** What is rented now, at every provider of a project, whoever rented it. Closes in the journal what has ended meanwhile. */
export async function listMachines({ providers, journal }: Machines): Promise<MachineList> {
  const machines: ListedMachine[] = []
  let now = 0
  for (const provider of providers) {
    await settle(provider, journal, 'list')
    now = await provider.now()
    machines.push(...(await listed(provider, ledgerOf(await journal.read()), now)))
  }
  const month = monthOf(now)
  const costs = ledgerOf(await journal.read()).filter(cost => monthOf(cost.began) === month)
  const sum = costs.reduce((total, cost) => total + euros(cost, now), 0)
  return { format: 'chestnut.machine-list/1', machines, month: { month, euros: cents(sum) } }
}

async function listed(provider: Provider, costs: readonly RunCost[], now: number): Promise<readonly ListedMachine[]> {
  const groups = byRun(await provider.list())
  return [...groups].map(([run, group]) => entryOf(provider.name, run, group, costs, now))
}

function entryOf(
  provider: string,
  run: string,
  group: readonly Resource[],
  costs: readonly RunCost[],
  now: number,
): ListedMachine {
  const main = group.find(({ kind }) => kind === 'server') ?? group[0]!
  const marks = main.marks ?? group.find(one => one.marks !== undefined)?.marks
  const since = Math.min(...group.map(({ created }) => created))
  const perHour = group.reduce((sum, { pricePerHour }) => sum + pricePerHour, 0)
  const cost = costs.find(one => one.run === run && one.provider === provider)
  const spent = cost === undefined ? (perHour * (now - since)) / 3600_000 : euros(cost, now)
  return {
    provider,
    run,
    name: main.name,
    stage: parseMachineName(main.name)?.stage ?? '?',
    ...(marks === undefined ? {} : { owner: marks.owner, deadline: new Date(marks.deadline).toISOString() }),
    state: main.state,
    since: new Date(since).toISOString(),
    isOverdue: marks === undefined || marks.deadline < now,
    eurosPerHour: Number(perHour.toFixed(4)),
    euros: cents(spent),
    has: group.map(({ kind }) => kind),
  }
}

function cents(amount: number): number {
  return Number(amount.toFixed(2))
}
