import { setMaxListeners } from 'node:events'
import { type Clock, Interrupted, noProgress, Problem } from '../core/index.ts'
import { allowedUntil } from './claim.ts'
import { giveBack } from './give-back.ts'
import { keepLease } from './lease.ts'
import { euros, ledgerOf } from './ledger.ts'
import type { Machine } from './provider.ts'
import { type RentOptions, reachable, rent, tell } from './rent.ts'

export interface WithMachineOptions<Reached, Value> extends RentOptions {
  /** Connects to the machine; it is asked once it runs, and again by nobody. */
  reach(machine: Machine, signal: AbortSignal): Promise<Reached>
  /** May find that the work was begun by a controller that died: it goes on, or begins again. */
  work(rented: Rented<Reached>): Promise<Value>
  /** When the job was last heard of, on the provider's clock. Default: for as long as this controller lives. */
  readonly heartbeat?: (machine: Machine, reached: Reached) => Promise<number | undefined>
}

export interface Rented<Reached> {
  readonly machine: Machine
  readonly reached: Reached
  /** Aborted when the caller asks to stop, and when the lease has ended. */
  readonly signal: AbortSignal
}

export interface Used<Value> {
  readonly value: Value
  /** Euros that the run cost, with all its machines so far. */
  readonly euros: number
}

/**
 * Rents a machine, works on it, and destroys it, whatever happens in between: intent → machine → reachable → work → destroyed. May be
 * called again after a crash at any point, by several controllers at once too: there is one machine.
 *
 * When the signal is aborted, the lease is shortened to now by one call, and the destruction begins beside it, without waiting for
 * the work.
 */
export async function withMachine<Reached, Value>(options: WithMachineOptions<Reached, Value>): Promise<Used<Value>> {
  const { provider, journal, run, clock, signal, progress = noProgress } = options
  let ahead = 0
  const time = (): number => clock.now() + ahead
  let outcome: { readonly value: Value } | { readonly error: unknown }
  let isRented = false
  try {
    ahead = (await provider.now(signal === undefined ? {} : { signal })) - clock.now()
    await rent(options)
    isRented = true
    outcome = { value: await use(options, time) }
  } catch (error) {
    outcome = { error }
  }
  const status = 'value' in outcome ? 'done' : signal?.aborted ? 'interrupted' : 'failed'
  try {
    // What we had, we destroy, whatever has become of the journal since.
    if (isRented || (await mayBeThere(options))) await end(options, status, time)
  } catch (error) {
    if ('value' in outcome || !(error instanceof Problem)) throw error
    progress({ kind: 'warning', text: error.message })
  }
  if ('error' in outcome) throw outcome.error
  const [cost] = ledgerOf(await journal.read(run))
  return { value: outcome.value, euros: cost === undefined ? 0 : euros(cost, await provider.now()) }
}

async function use<Reached, Value>(options: WithMachineOptions<Reached, Value>, time: () => number): Promise<Value> {
  const { provider, clock, run, signal } = options
  const { machine, reached } = await reachable(options, (found, stop) => options.reach(found, stop))
  const over = new AbortController()
  const stop = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal])
  // The lease, the heartbeat and the work listen, and every zone is asked at once.
  setMaxListeners(0, stop)
  const heartbeat = options.heartbeat?.bind(undefined, machine, reached) ?? (() => provider.now({ signal: stop }))
  const allowed = async (): Promise<number> => allowedUntil(options, await provider.now({ signal: stop }))
  await tell(options, { kind: 'started' }, time())
  try {
    const lease = keepLease({ provider, run, clock, heartbeat, allowed, signal: stop })
    // When the caller asks to stop, or the lease ends, the work is not waited for.
    return await Promise.race([
      options.work({ machine, reached, signal: stop }),
      lease.then(() => {
        throw stop.reason instanceof Problem ? stop.reason : new Interrupted()
      }),
    ])
  } finally {
    over.abort(new Interrupted('The machine is being destroyed'))
  }
}

/** Whether there may be a machine: without an intent none was made. A journal that cannot be read tells of none, and of no end. */
async function mayBeThere({ journal, run }: RentOptions): Promise<boolean> {
  try {
    return ledgerOf(await journal.read(run))[0]?.open !== undefined
  } catch {
    // Whatever it is: the destruction comes first, and says that the journal could not be written.
    return true
  }
}

/** Destroys the machine. When the caller asked to stop, its lease is ended at once: should we die now, it goes all the same. */
async function end(options: RentOptions, status: 'done' | 'failed' | 'interrupted', time: () => number): Promise<void> {
  const shortened = options.signal?.aborted ? settled(shorten(options)) : undefined
  // Should we die in the destruction, this is what tells when the machine ended. A journal that hangs does not hold it up.
  const begun = await settled(atMost(2_000, options.clock, tell(options, { kind: 'destroying' }, time())))
  const told = settled(tell(options, { kind: 'ended', status }, time()))
  const gone = await settled(giveBack({ ...options, signal: undefined }))
  // Nothing of what is said beside it ends the destruction, or hides how that went.
  for (const end of [gone, begun, await told, await shortened]) if (end?.status === 'rejected') throw end.reason
}

async function settled<T>(work: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [end] = await Promise.allSettled([work])
  return end
}

async function atMost(milliseconds: number, clock: Clock, work: Promise<void>): Promise<void> {
  const ended = new AbortController()
  const over = clock.sleep(milliseconds, ended.signal).catch(() => undefined) // the work was faster
  await Promise.race([work.finally(() => ended.abort()), over])
}

/** No question of the time: it would be a second call. A deadline of long ago is past on any clock. */
async function shorten({ provider, run, progress = noProgress }: RentOptions): Promise<void> {
  try {
    await provider.renew(run, 0)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    progress({ kind: 'warning', text: `${error.message}; the destruction goes on` })
  }
}
