import { setMaxListeners } from 'node:events'
import { type Clock, Problem, type Random, retry, throwIfAborted } from '../../core/index.ts'
import type { CallOptions } from '../provider.ts'
import type { ScalewayAccess } from './access.ts'
import { askedPause, isTransient, problemOf } from './refusals.ts'
import { loadSdk, type Sdk, type SdkModules } from './sdk.ts'

export interface ScalewayClientOptions {
  readonly access: ScalewayAccess
  readonly clock: Clock
  /** Draws the pauses between attempts. */
  readonly random: Random
  /** Milliseconds of the wall's clock that one call may take. Default 30,000. */
  readonly timeout?: number
  /** The network. Default: Node's own. */
  readonly fetch?: typeof fetch
}

/** How long to try: "once", since trying twice may do it twice; "a while"; or "endlessly", until the signal is aborted. */
export type Patience = 'once' | 'a while' | 'endlessly'

export interface Asking extends CallOptions {
  /** Default "a while". */
  readonly patience?: Patience
}

const attempts: Readonly<Record<Patience, number>> = { once: 1, 'a while': 7, endlessly: Number.POSITIVE_INFINITY }

/** Scaleway's SDK with what it lacks: time-outs, retries, an end on demand, the provider's clock, and errors in sentences. */
export class ScalewayClient {
  readonly access: ScalewayAccess
  readonly clock: Clock
  readonly random: Random
  readonly #timeout: number
  readonly #fetch: typeof fetch
  #modules: Promise<SdkModules> | undefined

  constructor(options: ScalewayClientOptions) {
    this.access = options.access
    this.clock = options.clock
    this.random = options.random
    this.#timeout = options.timeout ?? 30_000
    this.#fetch = options.fetch ?? fetch
  }

  /**
   * @param action what is done, for the error's sentence: "list the servers of fr-par-1"
   * @throws ScalewayProblem; the signal's reason once it is aborted.
   */
  async ask<T>(action: string, work: (sdk: Sdk) => Promise<T>, asking: Asking = {}): Promise<T> {
    return (await this.#ask(action, work, asking)).value
  }

  /** What Scaleway's own clock shows, to the second. Milliseconds since 1970. */
  async now(options: CallOptions = {}): Promise<number> {
    const { zone } = this.access
    const action = "ask for Scaleway's time"
    const { date } = await this.#ask(action, sdk => sdk.instance.listServers({ zone, perPage: 1 }), options)
    const now = Date.parse(date ?? '')
    if (Number.isNaN(now)) throw new Problem(`Cannot ${action}: its answer bears no date`)
    return now
  }

  async #ask<T>(
    action: string,
    work: (sdk: Sdk) => Promise<T>,
    asking: Asking,
  ): Promise<{ value: T; date: string | undefined }> {
    const { signal, patience = 'a while' } = asking
    // Dozens of calls may wait on one signal; Node takes more than ten for a leak.
    if (signal !== undefined) setMaxListeners(0, signal)
    const { errors, open } = await this.#loaded()
    let date: string | undefined
    const http: typeof fetch = async (input, init) => {
      const response = await this.#fetch(input, { ...init, signal: this.#limit(signal) })
      date = response.headers.get('date') ?? undefined
      return response
    }
    const sdk = open(this.access, http)
    const attempt = async (): Promise<T> => {
      try {
        return await work(sdk)
      } catch (error) {
        const pause = patience === 'once' ? undefined : askedPause(errors, error)
        if (pause !== undefined) await this.clock.sleep(pause, signal)
        throw error
      }
    }
    try {
      const value = await retry(attempt, {
        attempts: attempts[patience],
        pause: 500,
        clock: this.clock,
        random: this.random,
        ...(signal === undefined ? {} : { signal }),
        retriable: error => isTransient(errors, error),
      })
      return { value, date }
    } catch (error) {
      throwIfAborted(signal)
      if (error instanceof Problem) throw error
      throw problemOf(errors, action, error)
    }
  }

  #limit(signal: AbortSignal | undefined): AbortSignal {
    const timeout = AbortSignal.timeout(this.#timeout)
    return signal === undefined ? timeout : AbortSignal.any([signal, timeout])
  }

  #loaded(): Promise<SdkModules> {
    this.#modules ??= loadSdk()
    return this.#modules
  }
}

/** Every zone that has servers. */
export const allZones: readonly string[] = [
  'fr-par-1',
  'fr-par-2',
  'fr-par-3',
  'nl-ams-1',
  'nl-ams-2',
  'nl-ams-3',
  'pl-waw-1',
  'pl-waw-2',
  'pl-waw-3',
]
