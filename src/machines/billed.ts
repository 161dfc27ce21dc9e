import { madeAt } from './by-run.ts'
import { claimTime } from './claim.ts'
import type { Journal } from './journal.ts'
import { type End, finalBill, ledgerOf, type Open } from './ledger.ts'
import { machineEvent } from './machine-event.ts'
import type { Resource } from './provider.ts'

export interface BilledOptions {
  /** Who writes. */
  readonly by: string
  /** Milliseconds since 1970 on the provider's clock: when the provider listed nothing of it any more. */
  readonly now: number
  /** When it ended, where that was seen. Default: the journal's best guess. */
  readonly end?: End
  /** What was there before, for when it was made. */
  readonly group?: readonly Resource[]
}

/** Writes down that a run's machine is destroyed and what it cost, unless that stands there already. */
export async function billed(
  journal: Journal,
  run: string,
  { by, now, end, group = [] }: BilledOptions,
): Promise<void> {
  await journal.append(run, events => {
    const [cost] = ledgerOf(events)
    if (cost?.open === undefined || isAnothers(cost.open, by, now)) return undefined
    const { stage, provider } = cost
    const created = cost.open.created ?? madeAt(group)
    const open = { ...cost.open, ...(created === undefined ? {} : { created }) }
    return machineEvent(
      { run, stage, provider, by, time: now },
      { kind: 'destroyed', euros: finalBill(open, now, end) },
    )
  })
}

/** What we saw the end of was booked already: another controller has gone on, and is making the next machine. */
function isAnothers({ created, intent }: Open, by: string, now: number): boolean {
  return created === undefined && intent.by !== by && now - intent.time < claimTime
}
