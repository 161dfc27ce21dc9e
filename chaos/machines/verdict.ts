import { euros, ledgerOf, type MachineEvent, type Sweep } from '../../src/machines/index.ts'
import type { Bill, Billable, BillLine } from '../../src/testing/fake-scaleway/index.ts'
import type { Plan } from './plan.ts'

export interface Facts {
  readonly plan: Plan
  readonly run: string
  readonly bill: Bill
  readonly left: readonly Billable[]
  readonly swept: Sweep
  readonly events: readonly MachineEvent[]
}

/** What a run came to, and what it broke. */
export interface Verdict {
  /** Objects that are billed after the sweep. */
  readonly left: number
  /** Pairs of servers that the run had at one time. */
  readonly twins: number
  /** Times at which something counted as destroyed that was still billed. */
  readonly untrue: number
  /** Euros above what the cap, and an outage, allow. */
  readonly over: number
  /** Euros of the dearest server's unit. */
  readonly unit: number
  readonly billed: number
  readonly booked: number
  /** Whether the journal was there, and could be written, all the time. */
  readonly isKept: boolean
  readonly sweeps: number
  readonly servers: number
  /** For who looks into a run: what is left, and what happened. */
  readonly told: readonly string[]
}

const hour = 3600_000
/** Milliseconds of the fake's clock within which an event may be written: a tenth of a second of the wall's. */
const slack = 10_000

export function judge({ plan, bill, left, swept, events }: Facts): Verdict {
  const servers = bill.lines.filter(({ kind }) => kind === 'server')
  const unit = Math.max(0, ...servers.map(line => line.euros / line.units))
  const perHour = sum(bill.lines.map(priceAnHour))
  const outage = plan.outage === undefined ? 0 : plan.outage.to - plan.outage.from
  const allowed = plan.cap + unit + (perHour * outage) / hour
  const isKept = plan.loseState === undefined && plan.controllers.every(({ fullDisk }) => fullDisk === undefined)
  return {
    left: left.length,
    twins: pairs(servers).filter(([one, other]) => overlap(one, other)).length,
    untrue: events.filter(event => event.kind === 'destroyed' && isUntrue(event, bill.lines)).length,
    over: Math.max(0, bill.euros - allowed),
    unit,
    billed: bill.euros,
    booked: sum(ledgerOf(events).map(cost => euros(cost, swept.time))),
    isKept,
    sweeps: swept.destroyed.length,
    servers: servers.length,
    told: [
      ...left.map(one => JSON.stringify(one)),
      ...swept.failed.map(({ names, reason }) => `${names.join(', ')}: ${reason}`),
      ...events.map(({ kind, by, time }) => `${new Date(time).toISOString().slice(11, 19)} ${by} ${kind}`),
      ...bill.lines.map(
        ({ kind, from, to, euros: cost }) =>
          `${kind} ${[from, to ?? 0].map(at => new Date(at).toISOString().slice(11, 19)).join(' to ')} €${cost.toFixed(4)}`,
      ),
    ],
  }
}

function isUntrue({ time }: MachineEvent, lines: readonly BillLine[]): boolean {
  return lines.some(({ from, to = Number.POSITIVE_INFINITY }) => from < time - slack && to > time + slack)
}

function overlap(one: BillLine, other: BillLine): boolean {
  return one.from < (other.to ?? Number.POSITIVE_INFINITY) && other.from < (one.to ?? Number.POSITIVE_INFINITY)
}

function pairs<T>(items: readonly T[]): readonly (readonly [T, T])[] {
  return items.flatMap((one, i) => items.slice(i + 1).map(other => [one, other] as const))
}

/** Of a server that is billed by the minute too. */
function priceAnHour({ euros, units, from, to, kind }: BillLine): number {
  if (kind !== 'server') return ((to ?? from) - from > 0 ? euros / ((to ?? from) - from) : 0) * hour
  const each = euros / units
  return units > 1 && to !== undefined && (to - from) / units < hour / 2 ? each * 60 : each
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
