import type { Clock, Random } from '../../core/index.ts'

/** What publishers that ask a network are handed. */
export interface PublisherTools {
  /** Default: the system's. */
  readonly clock?: Clock
  /** Draws the pauses between attempts. Default: by the time. */
  readonly random?: Random
  readonly fetch?: typeof fetch
  /** Milliseconds until an answer is given up. Default 30,000. */
  readonly timeout?: number
  /** Milliseconds that a call waits at most where the place asks to wait. Default 300,000. */
  readonly patience?: number
}
