import type { Figure } from '../bench/benchmark.ts'

export interface ChaosOptions {
  readonly runs: number
  readonly seed: number
  /** One run alone, by its number. */
  readonly only?: number | undefined
  /** Runs at a time. */
  readonly atOnce: number
  progress(line: string): void
}

/** Random trouble for one part of Chestnut: the file `chaos/NAME.ts` that exports one of these as `chaos`. */
export interface Chaos {
  readonly name: string
  /** One line for the listing. */
  readonly title: string
  run(options: ChaosOptions): Promise<readonly Figure[]>
}
