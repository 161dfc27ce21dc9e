import { Problem } from '../core/index.ts'
import {
  byRun,
  euros,
  ledgerOf,
  madeAt,
  monthOf,
  type Provider,
  parseMachineName,
  type Resource,
  type RunCost,
  settle,
} from '../machines/index.ts'
import { eachPlace } from './each-place.ts'
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

/**
 * What is rented now, at every provider of a project, whoever rented it. Closes in the journal what has ended meanwhile. What cannot be
 * asked is missing, and told beside it.
 *
 * @param now milliseconds since 1970, for the month
 */
export async function listMachines(
  machines: Machines,
  now: number,
): Promise<{ readonly list: MachineList; readonly failures: readonly Problem[] }> {
  const { journal } = machines
  const found: ListedMachine[] = []
  const failures: Problem[] = []
  // A journal that cannot be read hides what things cost, not that they are there.
  const costs = async (): Promise<readonly RunCost[]> => {
    try {
      return ledgerOf(await journal.read())
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      failures.push(error)
      return []
    }
  }
  const known = await costs()
  failures.push(
    ...(await eachPlace(machines, async provider => {
      found.push(...(await listed(provider, known)))
      await settle(provider, journal, 'list')
    })),
  )
  const month = monthOf(now)
  const sum = (await costs())
    .filter(cost => monthOf(cost.began) === month)
    .reduce((all, cost) => all + euros(cost, now), 0)
  const list: MachineList = { format: 'chestnut.machine-list/1', machines: found, month: { month, euros: cents(sum) } }
  return { list, failures: [...new Map(failures.map(failure => [failure.message, failure])).values()] }
}

async function listed(provider: Provider, costs: readonly RunCost[]): Promise<readonly ListedMachine[]> {
  const groups = byRun(await provider.list())
  const now = await provider.now()
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
  const since = madeAt(group) ?? now
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
