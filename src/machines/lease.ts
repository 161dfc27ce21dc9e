import { type Clock, duration, Problem, throwIfAborted } from '../core/index.ts'
import type { Provider } from './provider.ts'

/** How far a heartbeat moves the deadline: 10 minutes. */
export const leaseStep: number = 10 * 60_000

/** Nobody renewed the lease in time: the job has fallen silent, or its time or money is used up. */
export class LeaseEnded extends Problem {
  override readonly name: string = 'LeaseEnded'
}

export interface LeaseState {
  /** Milliseconds since 1970 on the provider's clock, all of them. */
  readonly now: number
  readonly deadline: number
  readonly limit: number
  /** When the job was last heard of. */
  readonly beat: number | undefined
}

/**
 * The deadline that a lease should have: a step after now, if the job was heard of since the last half step. Never later than its
 * limit, and never earlier than it is. Whole seconds.
 */
export function nextDeadline({ now, deadline, limit, beat }: LeaseState, step: number = leaseStep): number {
  if (beat === undefined || now - beat > step / 2) return deadline
  const wanted = Math.floor(Math.min(limit, now + step) / 1000) * 1000
  return Math.max(deadline, wanted)
}

export interface KeepLeaseOptions {
  readonly provider: Provider
  readonly run: string
  readonly clock: Clock
  /** When the job was last heard of, by the provider's clock; undefined: not yet. */
  heartbeat(): Promise<number | undefined>
  /** What the deadline may not go beyond now, for money's sake. Default: the limit of its marks alone. */
  allowed?(): Promise<number>
  /** Milliseconds. Default 10 minutes. */
  readonly step?: number
  readonly signal: AbortSignal
}

/**
 * Moves a deadline on for as long as the job is heard of, until the signal is aborted: then it resolves. An outage is outlived; the
 * lease is what ends if it lasts.
 *
 * @throws LeaseEnded when the deadline has passed, or the machine is gone.
 */
export async function keepLease(options: KeepLeaseOptions): Promise<void> {
  const { clock, signal, step = leaseStep } = options
  /** On our own clock, which may be wrong. */
  let end = Number.POSITIVE_INFINITY
  while (!signal.aborted) {
    try {
      const asked = clock.now()
      end = asked + (await renewOnce(options, step))
    } catch (error) {
      if (signal.aborted) return
      // What the provider or the journal cannot do now may work at the next look, as long as the machine is ours.
      if (error instanceof LeaseEnded || !(error instanceof Problem) || clock.now() > end) throw error
    }
    await clock.sleep(step / 8, signal).catch(() => throwUnlessAborted(signal))
  }
}

/** @returns milliseconds from now to the deadline */
async function renewOnce(
  { provider, run, heartbeat, allowed, signal }: KeepLeaseOptions,
  step: number,
): Promise<number> {
  const machine = await provider.find(run, { signal })
  if (machine === undefined) throw new LeaseEnded(`Cannot go on with run "${run}": its machine is gone`)
  const [now, beat, most] = await Promise.all([provider.now({ signal }), heartbeat(), allowed?.()])
  const { deadline, limit } = machine.marks
  if (now >= deadline) {
    const silence = beat === undefined ? 'was never heard of' : `was last heard of ${duration(now - beat)} ago`
    const reason = deadline >= limit ? 'its time is used up' : `its job ${silence}`
    throw new LeaseEnded(`Cannot go on with "${machine.name}": its lease has ended, ${reason}`)
  }
  const next = nextDeadline({ now, deadline, limit: Math.min(limit, most ?? limit), beat }, step)
  if (next > deadline) await provider.renew(run, next, { signal })
  return next - now
}

function throwUnlessAborted(signal: AbortSignal): void {
  if (!signal.aborted) throwIfAborted(signal)
}
