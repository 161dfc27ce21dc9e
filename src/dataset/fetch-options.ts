import type { Clock, Progress } from '../core/index.ts'

export interface FetchOptions {
  /** Where phantoms, archives and tables that are made here go. What is there already is used again. */
  readonly folder: string
  /** Relative paths of the specification start here: the folder of the configuration. */
  readonly base: string
  readonly progress?: Progress
  readonly signal?: AbortSignal
  /** Waits between the attempts of a download. Default: the system's. */
  readonly clock?: Clock
}
