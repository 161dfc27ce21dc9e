import { type Clock, throwIfAborted } from '../core/index.ts'

/** Pauses that double, from half a second to five: for whatever is asked again and again. */
export function pauses(clock: Clock): (signal?: AbortSignal) => Promise<void> {
  let pause = 500
  return async signal => {
    throwIfAborted(signal)
    await clock.sleep(pause, signal)
    pause = Math.min(5_000, pause * 2)
  }
}
