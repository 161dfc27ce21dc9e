import type { Clock, Log } from '../core/index.ts'
import type { FilmLimits } from '../imaging/index.ts'
import type { Classifier } from '../models/index.ts'

export interface ServeLimits {
  /** The largest film, and with it the largest body. Default: 64 MiB, 64 million pixels. */
  readonly film?: FilmLimits
  /** Films that are read at the same time; default 1, since one run uses every core. */
  readonly running?: number
  /** Requests that may wait for their turn; more are sent away with 503. Default 8. */
  readonly waiting?: number
  /** Milliseconds from a request's last byte to its answer, waiting included; default 10 000. */
  readonly answerWithin?: number
  /** Milliseconds for a body to arrive; default 60 000. */
  readonly bodyWithin?: number
}

/** What a server is made of; it opens nothing by itself. */
export interface ServeTools {
  readonly classifier: Pick<Classifier, 'card' | 'classify' | 'explanation'>
  /** Stands in answers as `name@version`. */
  readonly version: { readonly name: string; readonly version: number }
  readonly log: Log
  readonly clock: Clock
  readonly limits?: ServeLimits
}

/** Limits with nothing left open. */
export interface Limits {
  readonly film: Required<FilmLimits>
  readonly running: number
  readonly waiting: number
  readonly answerWithin: number
  readonly bodyWithin: number
}

export function limitsOf(limits: ServeLimits = {}): Limits {
  const { film = {}, running = 1, waiting = 8, answerWithin = 10_000, bodyWithin = 60_000 } = limits
  return { film: { bytes: 64 * 2 ** 20, pixels: 64e6, ...film }, running, waiting, answerWithin, bodyWithin }
}
