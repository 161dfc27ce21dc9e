import { Interrupted, noProgress, Problem } from '../core/index.ts'
import { giveBack } from './give-back.ts'
import { keepLease } from './lease.ts'
import { euros, ledgerOf } from './ledger.ts'
import type { Machine } from './provider.ts'
import { type RentOptions, reachable, rent, write } from './rent.ts'

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
  const { provider, journal, run } = options
  let failure: { readonly error: unknown } | undefined
  let value: Value | undefined
  try {
    value = await use(options)
  } catch (error) {
    failure = { error }
  }
  await end(options)
  if (failure !== undefined) throw failure.error
  const [cost] = ledgerOf(await journal.read(run))
  return { value: value as Value, euros: cost === undefined ? 0 : euros(cost, await provider.now()) }
}

async function use<Reached, Value>(options: WithMachineOptions<Reached, Value>): Promise<Value> {
  const { provider, clock, run, signal } = options
  await rent(options)
  const { machine, reached } = await reachable(options, (found, stop) => options.reach(found, stop))
  const over = new AbortController()
  const stop = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal])
  const beat = options.heartbeat?.bind(undefined, machine, reached) ?? (() => provider.now({ signal: stop }))
  await write(options, await provider.now({ signal: stop }), { kind: 'started' })
  try {
    const work = options.work({ machine, reached, signal: stop })
    const lease = keepLease({ provider, run, clock, heartbeat: beat, signal: stop })
    // The lease ends first when the job has fallen silent, or when the caller asks to stop: then the work is not waited for.
    const first = await Promise.race([
      work.then(value => ({ value })),
      lease.then(() => {
        throw reasonOf(stop)
      }),
    ])
    await write(options, await provider.now({ signal: stop }), { kind: 'ended', status: 'done' })
    return first.value
  } finally {
    over.abort(new Interrupted('The machine is being destroyed'))
  }
}

/** Destroys the machine. One that the caller no longer waits for has its lease ended first: should we die now, it goes all the same. */
async function end(options: RentOptions): Promise<void> {
  const { provider, run, clock, signal, progress = noProgress, journal, by } = options
  const shortened = signal?.aborted
    ? provider.renew(run, clock.now()).catch((error: unknown) => {
        if (!(error instanceof Problem)) throw error
        progress({ kind: 'warning', text: `${error.message}; the destruction goes on` })
      })
    : undefined
  await Promise.all([shortened, giveBack({ provider, journal, clock, run, by })])
}

function reasonOf(signal: AbortSignal): unknown {
  return signal.reason instanceof Problem ? signal.reason : new Interrupted()
}
