import { type Clock, systemClock } from '../../core/index.ts'

export interface ScaledClock extends Clock {
  advance(milliseconds: number): Promise<void>
}

/** A clock that goes on by itself, `speed` times as fast as the wall's, and can be moved on: for a fake in a process of its own. */
export function scaledClock(speed: number, start: number = Date.now()): ScaledClock {
  const begun = performance.now()
  let skipped = 0
  return {
    now: () => start + skipped + (performance.now() - begun) * speed,
    sleep: (milliseconds, signal) => systemClock.sleep(milliseconds / speed, signal),
    advance: milliseconds => {
      skipped += milliseconds
      return Promise.resolve()
    },
  }
}
