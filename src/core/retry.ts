import type { Clock } from './clock.ts'
import { Problem, throwIfAborted } from './errors.ts'
import type { Random } from './random.ts'

export interface RetryOptions {
  /** How often to try in all. Default 4. */
  readonly attempts?: number
  /** Milliseconds: the longest pause after the first failure; it doubles with each further one. Default 250. */
  readonly pause?: number
  /** Milliseconds that no pause exceeds. Default 20,000. */
  readonly longestPause?: number
  readonly clock: Clock
  /** Draws the pauses, so that many who failed together do not come back together. */
  readonly random: Random
  readonly signal?: AbortSignal
  /** Whether another attempt may help. Default: for everything but a `Problem`, which has been judged already. */
  retriable?(error: unknown): boolean
}

/**
 * Tries until it works, with pauses drawn evenly from [0, pause · 2ⁿ] ("full jitter", Brooker 2015).
 *
 * @param work is told the number of the attempt, from 1
 * @throws what the last attempt threw; `Interrupted`, or the signal's own reason, once the signal is aborted.
 */
export async function retry<T>(work: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { attempts = 4, pause = 250, longestPause = 20_000, clock, random, signal } = options
  const retriable = options.retriable ?? (error => !(error instanceof Problem))
  for (let attempt = 1; ; attempt++) {
    throwIfAborted(signal)
    try {
      return await work(attempt)
    } catch (error) {
      throwIfAborted(signal)
      if (attempt >= attempts || !retriable(error)) throw error
      await clock.sleep(random.uniform() * Math.min(longestPause, pause * 2 ** (attempt - 1)), signal)
    }
  }
}
