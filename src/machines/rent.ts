import { setMaxListeners } from 'node:events'
import { type Clock, duration, noProgress, Problem, type Progress, throwIfAborted } from '../core/index.ts'
import { billed } from './billed.ts'
import { byRun } from './by-run.ts'
import { type Caps, claim, claimTime } from './claim.ts'
import type { Journal } from './journal.ts'
import { isPlaceOf, ledgerOf, type RunCost } from './ledger.ts'
import { OutOfStock } from './machine-errors.ts'
import { type EventBase, type MachineEvent, machineEvent } from './machine-event.ts'
import { pauses } from './pauses.ts'
import type { Machine, Need, Offer, Order, Provider } from './provider.ts'

export interface RentOptions {
  readonly provider: Provider
  readonly journal: Journal
  readonly clock: Clock
  /** Whose machine it is. See `Marks`. */
  readonly owner: string
  /** 12 hexadecimal digits of the digest of the work and its attempt. */
  readonly run: string
  readonly stage: string
  /** Names this controller among others: a few random letters. */
  readonly by: string
  readonly need: Need
  readonly cloudInit: string
  readonly authorizedKey: string
  readonly caps: Caps
  /** Milliseconds that the machine may be there at most. Default 6 hours. */
  readonly longest?: number
  /** Milliseconds from its order until it must be reachable. Default 10 minutes. */
  readonly bootAllowance?: number
  /** Throws when this offer may not be rented now, as `guardRefusal` says of GPUs. */
  readonly check?: (offer: Offer, now: number) => Promise<void>
  readonly progress?: Progress
  readonly signal?: AbortSignal
}

const hour = 3600_000
const minute = 60_000
/** How often what is left of the last machine is looked at, with pauses between, before it counts as forgotten: half a minute. */
const looksAtRest = 8
/** Milliseconds until an attempt is ended: a call that is under way then may still be carried out before the intent is out of force. */
const makingTime = claimTime - 45_000

/**
 * The run's machine, made or taken over: from the cheapest offer that is in stock, with the intent in the journal before anything is
 * made. It is starting; see `reachable`.
 *
 * @throws OverCap, OutOfStock
 */
export async function rent(options: RentOptions): Promise<Machine> {
  const { provider, journal, run, clock, signal } = options
  const call = signal === undefined ? {} : { signal }
  const pause = pauses(clock)
  let looks = 0
  let seen: number | undefined
  let gone: number | undefined
  for (;;) {
    throwIfAborted(signal)
    // In this order: what the journal calls made before we look, and is not there when we look, is lost.
    const [before] = ledgerOf(await journal.read(run))
    if (before?.open !== undefined && !isPlaceOf(provider, before)) throw elsewhere(options, before)
    const looked = clock.now()
    const found = await provider.find(run, call)
    if (found === undefined || found.state === 'off') {
      // One that is off was never started, or its own system went down: who makes it again finds it, and starts it.
      const isOver = found === undefined && before?.open?.created !== undefined
      if (isOver) looks++
      // In the middle between the last look that saw its server and the first that did not.
      if (seen !== undefined) gone ??= (seen + clock.now()) / 2
      if (!isOver || (await isBooked(options, looks > looksAtRest, gone))) {
        const made = await tryOffers(options)
        if (made !== undefined) return made
      }
    } else if (found.state !== 'stopping') return takeOver(options, found)
    else seen = looked
    await pause(signal)
  }
}

/** What cannot be seen from here may be there all the same: a second one would be a second bill. */
function elsewhere({ stage }: RentOptions, { run, provider, open }: RunCost): Problem {
  const place = [provider, open?.intent.account].filter(word => word !== undefined).join(' ')
  return new Problem(
    `Cannot rent a machine for "${stage}": run "${run}" has, or had, one at "${place}", which is another place`,
    {
      next: 'chestnut machines list, with the keys and the configuration of that place',
    },
  )
}

/**
 * Books the run's last machine, once nothing of it is left: its volume outlives its server. Who destroys it may have died.
 *
 * @param gone when its server ended, on our clock; undefined when nobody saw it end
 */
async function isBooked(
  { provider, journal, run, by, clock, signal }: RentOptions,
  isStuck: boolean,
  gone: number | undefined,
): Promise<boolean> {
  const call = signal === undefined ? {} : { signal }
  if (byRun(await provider.list(call)).has(run)) {
    if (isStuck) await provider.destroy(run, call)
    else return false
  }
  const now = await provider.now(call)
  const end = gone === undefined ? {} : { end: { server: gone + now - clock.now(), all: now } }
  await billed(journal, run, { by, now, ...end })
  return true
}

/** The machine of the first offer that can be had. Undefined while another controller is about to make one. */
async function tryOffers(options: RentOptions): Promise<Machine | undefined> {
  const { provider, need, signal, progress = noProgress } = options
  const call = signal === undefined ? {} : { signal }
  const offers = await provider.offers(need, call)
  if (offers.length === 0) {
    throw new Problem(`Cannot rent a machine for "${options.stage}": ${provider.name} has none like it`, {
      next: 'ask for less, or for another machine in chestnut.config.ts',
    })
  }
  let refusal: OutOfStock | undefined
  for (const offer of offers) {
    if (offer.availability === 'none') continue
    const now = await provider.now(call)
    await options.check?.(offer, now)
    const intent = await claim({ longest: 6 * hour, bootAllowance: 10 * minute, ...options }, offer, now)
    if (intent === undefined) return undefined
    const { stage, cloudInit, authorizedKey } = options
    const marks = { owner: options.owner, run: options.run, deadline: intent.deadline, limit: intent.limit }
    const disk = need.disk === undefined ? {} : { disk: need.disk }
    const order: Order = { offer, stage, marks, cloudInit, authorizedKey, ...disk }
    try {
      const machine = await inTime(options, stop => provider.create(order, { signal: stop }))
      if (machine === undefined) return undefined
      return await takeOver(options, machine)
    } catch (error) {
      if (!(error instanceof OutOfStock)) throw error
      refusal = error
      await tell(options, { kind: 'refused', of: options.by })
      progress({ kind: 'note', text: `${error.message}; trying the next offer` })
    }
  }
  throw refusal ?? new OutOfStock(offers[0]!.type, offers.map(({ zone }) => zone).join(', '))
}

/**
 * Makes something while our intent is in force: later, another controller may make it too. Undefined when it took too long; what came
 * of it is found at the next look.
 */
async function inTime<T>(
  { clock, signal }: RentOptions,
  make: (stop: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const over = new AbortController()
  const stop = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal])
  const made = new AbortController()
  const timer = clock.sleep(makingTime, made.signal).then(
    () => over.abort(),
    () => undefined, // it was made in time
  )
  try {
    return await make(stop)
  } catch (error) {
    if (over.signal.aborted && signal?.aborted !== true) return undefined
    throw error
  } finally {
    made.abort()
    await timer
  }
}

/** Writes down that a machine is there, unless that stands in the journal, and gives it the time to start. */
async function takeOver(options: RentOptions, machine: Machine): Promise<Machine> {
  const { provider, journal, run, signal, bootAllowance = 10 * minute } = options
  const call = signal === undefined ? {} : { signal }
  const now = await provider.now(call)
  const listed = (await provider.list(call)).find(({ id }) => id === machine.id)
  const { id, type, zone } = machine
  await journal.append(run, events => {
    if (ledgerOf(events)[0]?.open?.id === id) return undefined
    return machineEvent(base(options, now), { kind: 'created', id, type, zone, created: listed?.created ?? now })
  })
  if (machine.marks.deadline < now + bootAllowance / 2) await provider.renew(run, now + bootAllowance, call)
  return machine
}

/**
 * Waits until a machine runs and can be reached, asking again after 0.5, 1, 2, 4, 5, 5 … s.
 *
 * @param reach connects to it; it is told when its time is over
 */
export async function reachable<Reached>(
  options: RentOptions,
  reach: (machine: Machine, signal: AbortSignal) => Promise<Reached>,
): Promise<{ readonly machine: Machine; readonly reached: Reached }> {
  const { provider, clock, run, signal, bootAllowance = 10 * minute } = options
  const over = new AbortController()
  const stop = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal])
  // Every zone is asked at once, and each call listens.
  setMaxListeners(0, stop)
  const late = new Problem(`Cannot reach the machine of run "${run}": it is not ready after ${duration(bootAllowance)}`)
  const timer = clock.sleep(bootAllowance, stop).then(
    () => over.abort(late),
    () => undefined, // it was ready in time
  )
  try {
    const pause = pauses(clock)
    for (;;) {
      const machine = await provider.find(run, { signal: stop })
      if (machine === undefined) throw new Problem(`Cannot reach the machine of run "${run}": it is gone`)
      if (machine.state === 'running') {
        const reached = await reach(machine, stop)
        await tell(options, { kind: 'ready' })
        return { machine, reached }
      }
      await pause(stop)
    }
  } finally {
    over.abort(late)
    await timer
  }
}

/** Writes an event of this run, at a time on the provider's clock; default: now. A journal that cannot be written now is a warning: it must not end the work. */
export async function tell(options: RentOptions, what: Happening, time?: number): Promise<void> {
  const { provider, journal, run, progress = noProgress } = options
  try {
    const event: MachineEvent = machineEvent(base(options, time ?? (await provider.now())), what)
    await journal.append(run, () => event)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    progress({ kind: 'warning', text: `The journal could not be written: ${error.message}` })
  }
}

type Happening =
  | { readonly kind: 'refused'; readonly of: string }
  | { readonly kind: 'ready' | 'started' | 'destroying' }
  | { readonly kind: 'ended'; readonly status: 'done' | 'failed' | 'interrupted' }

function base({ run, stage, by, provider }: RentOptions, time: number): Omit<EventBase, 'format'> {
  return { run, stage, by, provider: provider.name, time }
}
