import { billOf, sweepMargin } from './bill.ts'
import type { Intent, MachineEvent } from './machine-event.ts'
import type { Provider } from './provider.ts'

/** Who an event of a sweep is by. */
export const sweeper = 'sweeper'

/** What a run cost, and whether it still does. */
export interface RunCost {
  readonly run: string
  readonly stage: string
  readonly provider: string
  /** Of its first intent: the month that it counts for. Milliseconds since 1970. */
  readonly began: number
  /** Euros of machines that are destroyed. */
  readonly spent: number
  /** Of a machine that is there, or may be: what stands in its intent, and since when it is billed if that is known. */
  readonly open?: Open
}

export interface Open {
  /** Of the machine that was made, once one was; before that the newest. */
  readonly intent: Intent
  /** Of this run since it last had no machine, the newest last. */
  readonly intents: readonly Intent[]
  readonly id?: string
  readonly created?: number
  /** When the destruction began that got through, as far as is known: who comes later and sees no server finds what that one did. */
  readonly destroying?: number
}

/** Whether what a provider lists tells of a run's machine: another account of the same name does not see it. */
export function isPlaceOf({ name, account }: Pick<Provider, 'name' | 'account'>, cost: RunCost): boolean {
  return cost.provider === name && (cost.open?.intent.account ?? account) === account
}

/** What every run in a journal cost, in the order in which they began. */
export function ledgerOf(events: readonly MachineEvent[]): readonly RunCost[] {
  const runs = new Map<string, RunCost>()
  for (const event of events) {
    const before = runs.get(event.run)
    const after = book(before, event)
    if (after !== undefined) runs.set(event.run, after)
  }
  return [...runs.values()].sort((a, b) => a.began - b.began)
}

/** Euros so far; what is there is billed until now, and what may be there at its worst. */
export function euros(cost: RunCost, now: number): number {
  return cost.spent + openEuros(cost.open, open => billOf(open.intent.price, open.created ?? open.intent.time, now))
}

/** Euros at the worst. */
export function worstEuros(cost: RunCost): number {
  return cost.spent + openEuros(cost.open, open => open.intent.worst)
}

/** Euros at the worst of all runs that began in the month of `now` (UTC), but for one. */
export function worstOfMonth(costs: readonly RunCost[], now: number, except?: string): number {
  const month = monthOf(now)
  return costs
    .filter(cost => cost.run !== except && monthOf(cost.began) === month)
    .reduce((sum, cost) => sum + worstEuros(cost), 0)
}

/** `2026-11` */
export function monthOf(time: number): string {
  return new Date(time).toISOString().slice(0, 7)
}

function openEuros(open: Open | undefined, of: (open: Open) => number): number {
  return open === undefined ? 0 : of(open)
}

function book(before: RunCost | undefined, event: MachineEvent): RunCost | undefined {
  if (event.kind === 'intent') return intend(before, event)
  if (before === undefined) return undefined
  const { open, ...closed } = before
  if (open === undefined) return before
  switch (event.kind) {
    case 'refused': {
      const intents = open.intents.filter(intent => intent.by !== event.of)
      const intent = intents.at(-1)
      if (open.created !== undefined) return before
      return intent === undefined ? closed : { ...closed, open: { intent, intents } }
    }
    case 'created': {
      const { id, created, type, zone } = event
      const intent = open.intents.findLast(one => one.type === type && one.zone === zone) ?? open.intent
      return { ...closed, open: { ...open, intent, id, created } }
    }
    case 'destroying':
      // A controller may come too late, a sweeper writes this of a server that it has just seen.
      return {
        ...closed,
        open: event.by === sweeper ? { ...open, destroying: event.time } : { destroying: event.time, ...open },
      }
    case 'started': {
      // Whoever began to destroy it before did not get through.
      const { destroying: _, ...rest } = open
      return { ...closed, open: rest }
    }
    case 'destroyed':
      return { ...closed, spent: closed.spent + event.euros }
    default:
      return before
  }
}

function intend(before: RunCost | undefined, event: Intent): RunCost {
  const { run, stage, provider, time } = event
  const { open, began = time, spent = 0 } = before ?? {}
  const intents = [...(open?.intents ?? []), event]
  // Who is taken over stays what it was.
  const next = open?.created === undefined ? { intent: event, intents } : { ...open, intents }
  return { run, stage, provider, began, spent, open: next }
}

/** When a machine ended: its server, and all it had. What nobody saw is undefined. */
export interface End {
  readonly server?: number | undefined
  readonly all?: number | undefined
}

/** Euros that an open machine cost which is not there any more at `now`. What nobody saw is taken from the journal as well as it knows. */
export function finalBill({ intent, created, destroying }: Open, now: number, { server, all }: End = {}): number {
  const guess = Math.min(now, intent.limit + sweepMargin, (destroying ?? Number.POSITIVE_INFINITY) + usualEnd)
  return billOf(intent.price, created ?? intent.time, server ?? Math.min(guess, all ?? guess), all ?? guess)
}

/** Milliseconds that a server is taken to need to end, where nobody saw it. */
const usualEnd = 10_000
