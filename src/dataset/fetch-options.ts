import type { Clock, Progress } from '../core/index.ts'

export interface FetchOptions {
  /** Where phantoms, archives and tables that are made here go. What is there already is used again. */
  readonly folder: string
  /** Relative paths of the specification start here: the folder of the configuration. */
  readonly base: string
  /** The share of a table's rows whose film may be missing. Default 0.005. */
  readonly maxBad?: number
  readonly progress?: Progress
  readonly signal?: AbortSignal
  /** Waits between the attempts of a download. Default: the system's. */
  readonly clock?: Clock
}
