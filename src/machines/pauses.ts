import { type Clock, throwIfAborted } from '../core/index.ts'

/**
 * Pauses that double, from half a second to five: for whatever is asked again and again.
 *
 * @param longest milliseconds. Default 5,000.
 */
export function pauses(clock: Clock, longest = 5_000): (signal?: AbortSignal) => Promise<void> {
  let pause = 500
  return async signal => {
    throwIfAborted(signal)
    await clock.sleep(pause, signal)
    pause = Math.min(longest, pause * 2)
  }
}
