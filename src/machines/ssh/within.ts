import { Problem, throwIfAborted } from '../../core/index.ts'

export interface Bounds {
  /** Milliseconds. Default: no end. */
  readonly timeout?: number
  /** Each ends the work with its reason, the caller's as well as the connection's. */
  readonly signals: readonly (AbortSignal | undefined)[]
  /** The beginning of the sentence: `Cannot run "tail" on "host"`. */
  readonly what: string
}

/**
 * Waits for something that may never answer.
 *
 * @param work is given a function that starts its time anew, for what moves on in steps
 * @throws the reason of the first signal, or a `Problem` when the time is over. The work itself has to be ended by the caller.
 */
export function within<T>(
  work: (onProgress: () => void) => Promise<T>,
  { timeout, signals, what }: Bounds,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const given = signals.filter(signal => signal !== undefined)
    let timer: NodeJS.Timeout | undefined
    const end = (): void => {
      clearTimeout(timer)
      for (const signal of given) signal.removeEventListener('abort', stop)
    }
    const fail = (error: unknown): void => {
      end()
      reject(error)
    }
    const stop = (): void => fail(reasonOf(given))
    const wind = (): void => {
      clearTimeout(timer)
      if (timeout === undefined) return
      timer = setTimeout(() => fail(new Problem(`${what}: no answer within ${timeout / 1000} s`)), timeout)
    }
    if (given.some(signal => signal.aborted)) return stop()
    for (const signal of given) signal.addEventListener('abort', stop)
    wind()
    work(wind).then(value => {
      end()
      resolve(value)
    }, fail)
  })
}

function reasonOf(signals: readonly AbortSignal[]): unknown {
  try {
    for (const signal of signals) throwIfAborted(signal)
  } catch (reason) {
    return reason
  }
  return undefined
}
