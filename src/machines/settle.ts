import { billed } from './billed.ts'
import { byRun } from './by-run.ts'
import { claimTime } from './claim.ts'
import type { Journal } from './journal.ts'
import { isPlaceOf, ledgerOf } from './ledger.ts'
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
    const was = open.created !== undefined || open.destroying !== undefined
    if (was) await billed(journal, run, { by, now })
    else if (now - open.intent.time > claimTime) await billed(journal, run, { by, now, group: [] })
  }
}
