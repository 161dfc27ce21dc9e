import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../../src/core/index.ts'

/** What a process is told: it is `now`, go on with what was to happen now, and with all that happens before `until`. */
export interface Baton {
  readonly now: number
  readonly until: number
  /** Ctrl-C instead. */
  readonly interrupt?: boolean
}

/** What a process tells when it has nothing more to do: when it wants to go on. Null: never by itself. */
export interface Rest {
  readonly wake: number | null
}

interface Sleeper {
  readonly until: number
  wake(): void
}

/**
 * The clock of a process that runs in lockstep with others: it stands still while the process computes, and moves on when everything
 * in it sleeps. One process runs at a time, the one that has to be woken first. So a busy computer changes nothing.
 */
export class LockstepClock implements Clock {
  #now: number
  #sleepers: Sleeper[] = []
  #underWay = 0
  /** Whether it is another's turn. */
  #isResting = false
  #rested: (() => void) | undefined

  constructor(now: number) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    // Something went on that the clock did not know of: what comes of it would be another thing every time.
    if (this.#isResting) throw new Error('This process went on while it was the turn of another')
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#sleepers = this.#sleepers.filter(one => one !== sleeper)
        signal?.removeEventListener('abort', stop)
      }
      const stop = (): void => {
        end()
        reject(signal?.reason)
      }
      const wake = (): void => {
        end()
        resolve()
      }
      const sleeper: Sleeper = { until: this.#now + Math.max(0, milliseconds), wake }
      this.#sleepers.push(sleeper)
      signal?.addEventListener('abort', stop, { once: true })
    })
  }

  /** Time stands still until this is done: a call, a file. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay++
    try {
      return await work()
    } finally {
      this.#underWay--
      if (this.#underWay === 0) this.#rested?.()
    }
  }

  /** Runs with the baton until somebody else's turn comes first. @returns when to be woken again */
  async run({ now, until, interrupt = false }: Baton, stop: () => void): Promise<Rest> {
    this.#isResting = false
    this.#now = now
    if (interrupt) stop()
    for (let mayWake = !interrupt; ; mayWake = false) {
      const { wake } = await this.rest()
      const next = this.#next()
      if (next === undefined || wake === null || (wake >= until && !(mayWake && wake <= now))) return { wake }
      this.#isResting = false
      this.#now = Math.max(this.#now, wake)
      next.wake()
    }
  }

  /** Lets everything come to rest. The time does not move. */
  async rest(): Promise<Rest> {
    await this.#quiet()
    this.#isResting = true
    return { wake: this.#next()?.until ?? null }
  }

  #next(): Sleeper | undefined {
    return this.#sleepers.reduce<Sleeper | undefined>(
      (first, one) => (first !== undefined && first.until <= one.until ? first : one),
      undefined,
    )
  }

  /** Nothing is under way, and what promises can do without waiting for anything is done. */
  async #quiet(): Promise<void> {
    for (let turns = 0; turns < 4; turns++) {
      await turn()
      if (this.#underWay > 0) {
        await new Promise<void>(resolve => {
          this.#rested = resolve
        })
        turns = -1
      } else if (isReadingFiles()) turns = -1
    }
  }
}

/** Modules that are being loaded, too. */
function isReadingFiles(): boolean {
  return process.getActiveResourcesInfo().some(name => name.startsWith('FSReq'))
}
