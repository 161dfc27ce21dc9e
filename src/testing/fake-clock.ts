import type { Clock } from '../core/index.ts'

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves time on, wakes who slept until then, in order, and lets them do what they can do at once. */
  advance(milliseconds: number): Promise<void>
  /** Every sleep that was asked for, in milliseconds. */
  readonly sleeps: readonly number[]
}

export interface FakeClockOptions {
  /** Milliseconds since 1970 at the start. Default 2026-01-01. */
  readonly now?: number
  /** Whether a sleep moves the time on by itself instead of waiting for `advance`. Default false. */
  readonly hurries?: boolean
}

interface Sleeper {
  readonly until: number
  wake(): void
}

export function fakeClock(options: FakeClockOptions = {}): FakeClock {
  let now = options.now ?? Date.UTC(2026, 0, 1)
  const sleeps: number[] = []
  const sleepers = new Set<Sleeper>()

  const sleep = (milliseconds: number, signal?: AbortSignal): Promise<void> => {
    sleeps.push(milliseconds)
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (options.hurries) {
      now += milliseconds
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        sleepers.delete(sleeper)
        reject(signal?.reason)
      }
      const wake = (): void => {
        sleepers.delete(sleeper)
        signal?.removeEventListener('abort', stop)
        resolve()
      }
      const sleeper: Sleeper = { until: now + milliseconds, wake }
      sleepers.add(sleeper)
      signal?.addEventListener('abort', stop, { once: true })
    })
  }

  const advance = async (milliseconds: number): Promise<void> => {
    const end = now + milliseconds
    for (;;) {
      await settled()
      const next = earliest(sleepers)
      if (next === undefined || next.until > end) break
      now = next.until
      next.wake()
    }
    now = end
  }

  return { now: () => now, sleep, advance, sleeps }
}

function earliest(sleepers: ReadonlySet<Sleeper>): Sleeper | undefined {
  return [...sleepers].reduce<Sleeper | undefined>(
    (first, one) => (first && first.until <= one.until ? first : one),
    undefined,
  )
}

/** After all that promises can do without waiting for anything. */
function settled(): Promise<void> {
  return new Promise(resolve => {
    setImmediate(resolve)
  })
}
