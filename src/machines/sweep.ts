import { setMaxListeners } from 'node:events'
import { type Clock, Problem, throwIfAborted } from '../core/index.ts'
import { billed } from './billed.ts'
import { byRun } from './by-run.ts'
import type { Journal } from './journal.ts'
import { ledgerOf, sweeper } from './ledger.ts'
import { machineEvent } from './machine-event.ts'
import type { Provider, Resource } from './provider.ts'
import { settle } from './settle.ts'
import type { SweeperHeartbeat } from './sweeper-heartbeat.ts'

/** Milliseconds after its deadline until something is destroyed, so that a lease that is just being renewed is not cut. */
export const sweepGrace: number = 2 * 60_000

export interface SweepOptions {
  readonly clock: Clock
  /** Is told that the sweeper was here, once everything overdue is gone. */
  readonly heartbeat?: SweeperHeartbeat
  /** Is told what was destroyed, so that the ledger is right. Without it the sweep does its work all the same. */
  readonly journal?: Journal
  /** Milliseconds. Default 2 minutes. */
  readonly grace?: number
  /** Milliseconds until what cannot be destroyed now is left for the next time. Default 3 minutes. */
  readonly patience?: number
  readonly signal?: AbortSignal
}

export interface Sweep {
  /** Milliseconds since 1970 on the provider's clock. */
  readonly time: number
  readonly kept: number
  readonly destroyed: readonly Swept[]
  /** What is overdue and still there. */
  readonly failed: readonly (Swept & { readonly reason: string })[]
  /** Why the journal or the heartbeat could not be written, if so: what is destroyed is destroyed all the same. */
  readonly untold?: string
}

export interface Swept {
  readonly run: string
  readonly names: readonly string[]
}

/**
 * Destroys whatever is past its deadline, and what outlived its machine. Needs nothing but the provider: what to destroy stands in the
 * marks and names of what is there.
 */
export async function sweep(provider: Provider, options: SweepOptions): Promise<Sweep> {
  const { grace = sweepGrace, signal } = options
  throwIfAborted(signal)
  const call = signal === undefined ? {} : { signal }
  const time = await provider.now(call)
  const groups = [...byRun(await provider.list(call))]
  const overdue = groups.filter(([, group]) => isOverdue(group, time, grace))
  const notes: string[] = []
  const tell = async (write: () => Promise<void>): Promise<void> => {
    try {
      await write()
    } catch (error) {
      notes.push(error instanceof Error ? error.message : String(error))
    }
  }
  const { journal } = options
  const ends = await Promise.all(
    overdue.map(async ([run, group]) => {
      const end = await destroy(provider, run, group, time, options)
      if (end.reason === undefined && journal !== undefined) {
        await tell(async () => book(journal, run, group, await provider.now()))
      }
      return end
    }),
  )
  const failed = ends.filter(end => end.reason !== undefined).map(end => ({ ...end, reason: end.reason! }))
  const destroyed = ends.filter(end => end.reason === undefined).map(({ run, names }) => ({ run, names }))
  if (journal !== undefined) await tell(() => settle(provider, journal, sweeper))
  if (failed.length === 0) await tell(async () => options.heartbeat?.write(time))
  const untold = notes.length === 0 ? {} : { untold: [...new Set(notes)].join('; ') }
  return { time, kept: groups.length - overdue.length, destroyed, failed, ...untold }
}

/** Whether all that a run has may go: its latest deadline is over, or it bears no marks and is no machine that is just being made. */
export function isOverdue(group: readonly Resource[], now: number, grace: number = sweepGrace): boolean {
  const deadlines = group.flatMap(({ marks }) => (marks === undefined ? [] : [marks.deadline]))
  const last = deadlines.length > 0 ? Math.max(...deadlines) : Math.max(...group.map(({ created }) => created))
  return now > last + grace
}

async function destroy(
  provider: Provider,
  run: string,
  group: readonly Resource[],
  time: number,
  { clock, journal, patience = 3 * 60_000, signal }: SweepOptions,
): Promise<Swept & { readonly reason?: string }> {
  const swept = { run, names: group.map(({ name }) => name) }
  const over = new AbortController()
  // Every zone is asked at once, and each call listens.
  setMaxListeners(0, over.signal)
  const giveUp = (): void => over.abort(signal?.reason)
  signal?.addEventListener('abort', giveUp, { once: true })
  const timer = clock
    .sleep(patience, over.signal)
    .then(() => over.abort(new Problem('it is still there')))
    .catch(() => undefined) // it was destroyed in time
  // Should we die in the destruction, this is what tells when the machine ended. It holds nothing up: a journal that cannot be
  // written is told of by the booking.
  const hasServer = group.some(({ kind }) => kind === 'server')
  const told = hasServer ? journal && begun(journal, run, time).catch(() => undefined) : undefined
  try {
    await provider.destroy(run, { signal: over.signal })
    await told
    return swept
  } catch (error) {
    throwIfAborted(signal)
    if (!(error instanceof Problem)) throw error
    return { ...swept, reason: error.message }
  } finally {
    signal?.removeEventListener('abort', giveUp)
    over.abort()
    await timer
  }
}

/** Writes down that a machine is being destroyed. Who began before did not get through: its server is there. */
async function begun(journal: Journal, run: string, time: number): Promise<void> {
  await journal.append(run, events => {
    const [cost] = ledgerOf(events)
    // Without "created", another controller may be making the next one.
    if (cost?.open?.created === undefined) return undefined
    const { stage, provider } = cost
    return machineEvent({ run, stage, provider, by: sweeper, time }, { kind: 'destroying' })
  })
}

/** A server that was not there any more when we came has ended before: the journal may know when. */
function book(journal: Journal, run: string, group: readonly Resource[], now: number): Promise<void> {
  const hadServer = group.some(({ kind }) => kind === 'server')
  return billed(journal, run, { by: sweeper, now, group, end: { all: now, server: hadServer ? now : undefined } })
}
