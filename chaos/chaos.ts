import type { Figure } from '../bench/benchmark.ts'

export interface ChaosOptions {
  readonly runs: number
  readonly seed: number
  /** These runs alone, by their numbers. */
  readonly only?: readonly number[] | undefined
  /** Runs at a time. */
  readonly atOnce: number
  /** A file that keeps what each run came to: one that stands in it is not run again. Default: none. */
  readonly keep?: string | undefined
  /** Ends it early: the figures are those of the runs that were done. */
  readonly signal?: AbortSignal
  progress(line: string): void
}

/** Random trouble for one part of Chestnut: the file `chaos/NAME.ts` that exports one of these as `chaos`. */
export interface Chaos {
  readonly name: string
  /** One line for the listing. */
  readonly title: string
  run(options: ChaosOptions): Promise<readonly Figure[]>
}
