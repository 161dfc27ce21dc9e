import { euros, ledgerOf, type MachineEvent } from '../../src/machines/index.ts'
import type { Bill, BillLine } from '../../src/testing/fake-scaleway/index.ts'
import type { KillPlan, Plan } from './plan.ts'
import type { Said } from './said.ts'

export interface Facts {
  readonly plan: Plan
  /** The run's beginning and end on the fake's clock. */
  readonly epoch: number
  readonly now: number
  readonly bill: Bill
  /** What a sweep found overdue, and left. */
  readonly left: readonly string[]
  /** Processes that crashed, or would never have ended. */
  readonly broken: readonly string[]
  readonly printed: readonly string[]
  readonly events: readonly MachineEvent[]
  readonly said: readonly Said[]
  /** The calls to the cloud that arrived, by their names. */
  readonly calls: readonly string[]
}

/** What a run came to, and what it broke. */
export interface Verdict {
  /** Objects that were overdue, and are billed after a sweep. */
  readonly left: number
  /** Pairs of servers that the run had at one time. */
  readonly twins: number
  /** Times at which something was written down as destroyed that was billed on. */
  readonly untrue: number
  /** Euros above what the cap, and an outage, allow. */
  readonly over: number
  /** Processes that crashed, or would never have ended. */
  readonly broken: readonly string[]
  /** Euros of the dearest server's unit. */
  readonly unit: number
  readonly billed: number
  readonly booked: number
  /** Whether the journal was there, and could be written, all the time. */
  readonly isKept: boolean
  /** Whether an outage went on beyond the deadline. */
  readonly isLate: boolean
  readonly servers: number
  /** What came about of the trouble that was planned. */
  readonly struck: readonly string[]
  readonly kills: readonly Pick<KillPlan, 'call' | 'when'>[]
  readonly calls: readonly string[]
  /** For who looks into a run: what is left, and what happened. */
  readonly told: readonly string[]
}

const hour = 3600_000

export function judge({ plan, epoch, now, bill, left, broken, printed, events, said, calls }: Facts): Verdict {
  const servers = bill.lines.filter(({ kind }) => kind === 'server')
  const destroyed = said.flatMap(one => (one.kind === 'destroyed' ? [one.at] : []))
  const unit = Math.max(0, ...servers.map(line => line.euros / line.units))
  const outage = plan.outage === undefined ? 0 : plan.outage.to - plan.outage.from
  const isLate = plan.outage !== undefined && epoch + plan.outage.to > latestDeadline(bill.lines)
  const late = isLate ? (priceAnHour(bill.lines) * outage) / hour : 0
  // Who finds no journal knows of nothing that was spent before.
  const caps = plan.loseState === undefined ? plan.cap : plan.cap * plan.controllers.length
  return {
    left: left.length,
    twins: pairs(servers).filter(([one, other]) => overlap(one, other)).length,
    untrue: destroyed.filter(at => bill.lines.some(line => isBilled(line, at))).length,
    over: Math.max(0, bill.euros - caps - unit - late),
    broken,
    unit,
    billed: bill.euros,
    booked: sum(ledgerOf(events).map(cost => euros(cost, now))),
    isKept: plan.loseState === undefined && plan.controllers.every(({ fullDisk }) => fullDisk === undefined),
    isLate,
    servers: servers.length,
    struck: struckIn(plan, said),
    kills: said.flatMap(one => (one.kind === 'killed' ? [one.at] : [])),
    calls,
    told: [
      ...left.map(one => `left: ${one}`),
      ...broken,
      ...printed,
      ...events.map(event => `${clockOf(event.time)} ${event.by} ${event.kind}${moneyOf(event)}`),
      ...destroyed.map(at => `${clockOf(at)} written down: destroyed`),
      ...bill.lines.map(
        ({ kind, from, to, euros: cost }) =>
          `${kind} ${clockOf(from)} to ${to === undefined ? 'now' : clockOf(to)} €${cost.toFixed(4)}`,
      ),
    ],
  }
}

function struckIn({ controllers, scarce }: Plan, said: readonly Said[]): readonly string[] {
  const struck = said.flatMap(one =>
    one.kind === 'struck' ? [one.what] : one.kind === 'killed' ? [`kill, ${one.at.when}`] : [],
  )
  const planned = [...(scarce ? ['sold out'] : []), ...(controllers.length > 1 ? ['several controllers'] : [])]
  return [...new Set([...struck, ...planned])].sort()
}

function moneyOf(event: MachineEvent): string {
  return event.kind === 'destroyed' ? ` €${event.euros.toFixed(4)}` : ''
}

function clockOf(time: number): string {
  return new Date(time).toISOString().slice(11, 23)
}

function isBilled({ from, to = Number.POSITIVE_INFINITY }: BillLine, at: number): boolean {
  return from < at && to > at
}

/** By what stands on the servers. */
function latestDeadline(lines: readonly BillLine[]): number {
  return 1000 * Math.max(0, ...lines.flatMap(({ tags }) => tags.map(deadlineOf)))
}

/** Seconds; 0 where a tag tells none. */
export function deadlineOf(tag: string): number {
  return Number(/^chestnut:dead=(\d+)$/.exec(tag)?.[1] ?? 0)
}

function overlap(one: BillLine, other: BillLine): boolean {
  return one.from < (other.to ?? Number.POSITIVE_INFINITY) && other.from < (one.to ?? Number.POSITIVE_INFINITY)
}

function pairs<T>(items: readonly T[]): readonly (readonly [T, T])[] {
  return items.flatMap((one, i) => items.slice(i + 1).map(other => [one, other] as const))
}

/** Of one server with what it has, the dearest there was. */
function priceAnHour(lines: readonly BillLine[]): number {
  const dearest = (kind: BillLine['kind']): number =>
    Math.max(
      0,
      ...lines.filter(line => line.kind === kind).map(line => (line.euros / line.units) * (hour / unitOf(line))),
    )
  return dearest('server') + dearest('volume') + dearest('address')
}

/** Milliseconds. Of GPUs minutes are billed. */
function unitOf({ kind, from, to, units }: BillLine): number {
  if (kind !== 'server' || to === undefined) return hour
  return units > (to - from) / hour + 1 ? hour / 60 : hour
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
