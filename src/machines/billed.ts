import { madeAt } from './by-run.ts'
import { claimTime } from './claim.ts'
import type { Journal } from './journal.ts'
import { type End, finalBill, ledgerOf, type Open, type RunCost } from './ledger.ts'
import { type MachineEvent, machineEvent } from './machine-event.ts'
import type { Resource } from './provider.ts'

export interface BilledOptions {
  /** Who writes. */
  readonly by: string
  /** Milliseconds since 1970 on the provider's clock: when the provider listed nothing of it any more. */
  readonly now: number
  /** When it ended, where that was seen. Default: the journal's best guess. */
  readonly end?: End
  /** What was there before, for when it was made: nothing, when that was looked for in vain. Default: nobody could look. */
  readonly group?: readonly Resource[]
}

/**
 * Writes down that a run's machine is destroyed and what it cost, unless that stands there already; of intents of which nothing came,
 * that nothing did.
 */
export async function billed(journal: Journal, run: string, options: BilledOptions): Promise<void> {
  // Each controller's intents are refused by an event of their own.
  for (;;) {
    const added = await journal.append(run, events => ending(ledgerOf(events)[0], options))
    if (added?.kind !== 'refused') return
  }
}

function ending(cost: RunCost | undefined, { by, now, end, group }: BilledOptions): MachineEvent | undefined {
  if (cost?.open === undefined || isAnothers(cost.open, by, now)) return undefined
  const { run, stage, provider, open } = cost
  const base = { run, stage, provider, by, time: now }
  const created = open.created ?? madeAt(group ?? [])
  if (created === undefined && group !== undefined && end?.server === undefined) {
    return machineEvent(base, { kind: 'refused', of: open.intent.by })
  }
  const known = created === undefined ? open : { ...open, created }
  return machineEvent(base, { kind: 'destroyed', euros: finalBill(known, now, end) })
}

/** What we saw the end of was booked already: another controller has gone on, and is making the next machine. */
function isAnothers({ created, intent }: Open, by: string, now: number): boolean {
  return created === undefined && intent.by !== by && now - intent.time < claimTime
}
