import { type Clock, throwIfAborted } from '../core/index.ts'

export interface Patience {
  readonly clock: Clock
  /** Milliseconds. */
  readonly atMost: number
  readonly signal?: AbortSignal | undefined
}

/** Asks again, every quarter of a second, until the answer is yes. @returns whether it ever was */
export async function until(answer: () => Promise<boolean>, { clock, atMost, signal }: Patience): Promise<boolean> {
  const end = clock.now() + atMost
  for (;;) {
    throwIfAborted(signal)
    if (await answer()) return true
    if (clock.now() >= end) return false
    await clock.sleep(250, signal)
  }
}
