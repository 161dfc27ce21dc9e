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
  const looking = Promise.allSettled([offset(), unknownGroup(options, over.signal)])
  const [destroyed] = await Promise.allSettled([provider.destroy(run, call)])
  const end = clock.now()
  over.abort()
  const [ahead, group] = await looking
  if (destroyed.status === 'rejected') throw destroyed.reason
  // An outage that hid the provider's clock is over now. This computer's own has to do where it still shows none.
  const shift = ahead.status === 'fulfilled' ? ahead.value : await offset().catch(zeroInOutage)
  const server = await gone
  try {
    await billed(journal, run, {
      by,
      now: end + shift,
      end: { server: server === undefined ? undefined : server + shift, all: end + shift },
      // Where an outage hid it, the time of its intent has to do.
      ...(group.status === 'fulfilled' && group.value !== undefined ? { group: group.value } : {}),
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

/**
 * What the run has, where the journal does not know since when. Undefined when an outage hid it.
 *
 * @param over aborted once it is destroyed: what is seen later tells nothing
 */
async function unknownGroup(
  { provider, journal, run, clock, signal }: GiveBackOptions,
  over: AbortSignal,
): Promise<readonly Resource[] | undefined> {
  const open = ledgerOf(await journal.read(run))[0]?.open
  if (open === undefined || open.created !== undefined) return []
  const pause = pauses(clock)
  while (!over.aborted) {
    const all = await unlessOutage(provider.list(signal === undefined ? {} : { signal }))
    if (all !== undefined) return byRun(all).get(run) ?? []
    await pause(over).catch(() => undefined) // it is destroyed
  }
  return undefined
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
  const found = await unlessOutage(provider.find(run, { signal }).then(machine => machine ?? 'gone'))
  if (found === undefined) return 'unknown'
  return found === 'gone' ? 'gone' : 'there'
}

/** In an outage nobody sees anything; the destruction outlasts it. */
async function unlessOutage<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}
