import type { Clock } from '../core/index.ts'

/** Aborts with what `reason` makes after `milliseconds`, or as soon as `other` does. Dispose it to stop the clock. */
export function deadline(
  clock: Clock,
  milliseconds: number,
  reason: () => Error,
  other: AbortSignal,
): { readonly signal: AbortSignal } & Disposable {
  const late = new AbortController()
  const stopped = new AbortController()
  clock.sleep(milliseconds, stopped.signal).then(
    () => late.abort(reason()),
    () => undefined,
  )
  return {
    signal: AbortSignal.any([late.signal, other]),
    [Symbol.dispose]: () => stopped.abort(),
  }
}

/** The work's result, or the signal's reason as soon as it is aborted; the work itself goes on to its own end. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    work.catch(() => undefined)
    return Promise.reject(signal.reason)
  }
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
