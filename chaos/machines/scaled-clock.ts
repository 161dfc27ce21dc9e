import { type Clock, systemClock } from '../../src/core/index.ts'

/** A clock that several processes share: it runs `speed` times as fast as the wall's, since `start` on that one. */
export interface Scale {
  /** Milliseconds since 1970 on the wall's clock. */
  readonly start: number
  /** What this clock showed then. */
  readonly epoch: number
  readonly speed: number
}

export interface ScaledClock extends Clock {
  /** Moves this process's clock on. Only for the time when nobody else is left. */
  skip(milliseconds: number): void
}

export function scaledClock({ start, epoch, speed }: Scale): ScaledClock {
  let skipped = 0
  return {
    now: () => Math.floor(epoch + (Date.now() - start) * speed + skipped),
    sleep: (milliseconds, signal) => systemClock.sleep(milliseconds / speed, signal),
    skip: milliseconds => {
      skipped += milliseconds
    },
  }
}
