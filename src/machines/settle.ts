import { billed } from './billed.ts'
import { byRun } from './by-run.ts'
import { claimTime } from './claim.ts'
import type { Journal } from './journal.ts'
import { isPlaceOf, ledgerOf, type Open, type RunCost } from './ledger.ts'
import { machineEvent } from './machine-event.ts'
import type { Provider } from './provider.ts'

/**
 * Closes in the journal what the provider does not list any more: machines that ended while their controller was dead, and intents of
 * which nothing came.
 */
export async function settle(provider: Provider, journal: Journal, by: string): Promise<void> {
  // In this order: what is made after the journal was read is not in question.
  const costs = ledgerOf(await journal.read()).filter(cost => isPlaceOf(provider, cost))
  const there = byRun(await provider.list())
  const now = await provider.now()
  for (const cost of costs) {
    const { run, open } = cost
    if (open === undefined || there.has(run)) continue
    // What somebody began to destroy was there, or he feared so: it is booked rather than forgotten.
    if (open.created !== undefined || open.destroying !== undefined) await billed(journal, run, { by, now })
    else if (now - open.intent.time > claimTime) await refuse(journal, cost, open, by, now)
  }
}

async function refuse(
  journal: Journal,
  { run, stage, provider }: RunCost,
  open: Open,
  by: string,
  time: number,
): Promise<void> {
  for (const of of new Set(open.intents.map(intent => intent.by))) {
    await journal.append(run, events => {
      const now = ledgerOf(events)[0]?.open
      // Somebody has gone on with it meanwhile.
      if (now === undefined || now.created !== undefined || now.intent.time > open.intent.time) return undefined
      return machineEvent({ run, stage, provider, by, time }, { kind: 'refused', of })
    })
  }
}
