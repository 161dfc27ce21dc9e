import { type Clock, type Random, retry } from '../../core/index.ts'
import { explain, isPassing } from './problems.ts'

/** What every request is made with. */
export interface Calls {
  readonly clock: Clock
  readonly random: Random
  readonly attempts: number
  /**
   * Makes a request until it succeeds, with pauses, and makes a sentence of what goes wrong for good.
   *
   * @param what the beginning of that sentence
   */
  call<T>(what: string, signal: AbortSignal | undefined, work: (http: Http, attempt: number) => Promise<T>): Promise<T>
}

/** What the SDK wants to hear about a request. */
export interface Http {
  readonly abortSignal?: AbortSignal
}

export function s3Calls(options: Omit<Calls, 'call'> & { readonly where: string }): Calls {
  const { clock, random, attempts, where } = options
  return {
    clock,
    random,
    attempts,
    call: async (what, signal, work) => {
      const http = signal === undefined ? {} : { abortSignal: signal }
      try {
        return await retry(attempt => work(http, attempt), {
          attempts,
          pause: 100,
          clock,
          random,
          ...(signal === undefined ? {} : { signal }),
          retriable: isPassing,
        })
      } catch (error) {
        throw explain(error, what, where)
      }
    },
  }
}
