import { setMaxListeners } from 'node:events'
import { type Clock, Problem } from '../core/index.ts'
import { billed } from './billed.ts'
import { byRun } from './by-run.ts'
import type { Journal } from './journal.ts'
import { ledgerOf } from './ledger.ts'
import { pauses } from './pauses.ts'
import type { Provider, Resource } from './provider.ts'

export interface GiveBackOptions {
  readonly provider: Provider
  readonly journal: Journal
  readonly clock: Clock
  readonly run: string
  /** Names this controller among others. */
  readonly by: string
  /** Ends the waiting; the machine then goes at its deadline. Default: waits for as long as it takes. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Destroys all that a run has and writes down what it cost. In the journal it counts as destroyed once the provider lists nothing of
 * it, not before. A journal that cannot be written does not keep a machine alive: that is told after the destruction.
 */
export async function giveBack(options: GiveBackOptions): Promise<void> {
  const { provider, journal, clock, run, by, signal } = options
  const call = signal === undefined ? {} : { signal }
  const offset = async (): Promise<number> => (await provider.now(call)) - clock.now()
  const over = new AbortController()
  // Every zone is asked at once, and each call listens.
  setMaxListeners(0, over.signal)
  const gone = serverGone(options, over.signal)
  // At once: what is written down must not hold up the end of what costs money.
  const [destroyed, ahead, group] = await Promise.allSettled([
    provider.destroy(run, call),
    offset(),
    unknownGroup(options),
  ])
  const end = clock.now()
  over.abort()
  if (destroyed.status === 'rejected') throw destroyed.reason
  // An outage that hid the provider's clock is over now. This computer's own has to do where it still shows none.
  const shift = ahead.status === 'fulfilled' ? ahead.value : await offset().catch(zeroInOutage)
  const server = await gone
  try {
    await billed(journal, run, {
      by,
      now: end + shift,
      end: { server: server === undefined ? undefined : server + shift, all: end + shift },
      ...(group.status === 'fulfilled' ? { group: group.value } : {}), // else the time of its intent has to do
    })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Problem(`The machine of run "${run}" is destroyed, but the journal could not be written: ${reason}`, {
      cause,
    })
  }
}

function zeroInOutage(error: unknown): number {
  if (error instanceof Problem) return 0
  throw error
}

/** What the run has, where the journal does not know since when. */
async function unknownGroup({ provider, journal, run }: GiveBackOptions): Promise<readonly Resource[]> {
  const open = ledgerOf(await journal.read(run))[0]?.open
  if (open === undefined || open.created !== undefined) return []
  return byRun(await provider.list()).get(run) ?? []
}

/**
 * When the server ended, on our clock: in the middle between the last look that saw it and the first that did not. Its volumes take
 * longer. Undefined when nobody saw it end.
 */
async function serverGone({ provider, run, clock }: GiveBackOptions, signal: AbortSignal): Promise<number | undefined> {
  // A provider does not tell when a server ended: how closely it is watched is how well the ledger knows.
  const soon = pauses(clock, 1_000)
  const later = pauses(clock)
  let seen: number | undefined
  try {
    for (;;) {
      const asked = clock.now()
      const looked = await look(provider, run, signal)
      if (looked === 'gone') return seen === undefined ? undefined : (seen + clock.now()) / 2
      if (looked === 'there') seen = asked
      await (looked === 'there' ? soon : later)(signal)
    }
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}

async function look(provider: Provider, run: string, signal: AbortSignal): Promise<'there' | 'gone' | 'unknown'> {
  try {
    return (await provider.find(run, { signal })) === undefined ? 'gone' : 'there'
  } catch (error) {
    // In an outage nobody sees anything; the destruction outlasts it.
    if (error instanceof Problem) return 'unknown'
    throw error
  }
}
