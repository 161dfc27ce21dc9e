import type { TallySums } from './tally.ts'

/** The running epoch, summed up over its steps so far. */
export interface EpochSums {
  readonly tally: TallySums
  /** The learning rate of the last step. */
  readonly rate: number
  /** Of the norms of the gradients, but for those of steps that were skipped; and the largest of them. */
  readonly norms: number
  readonly largestNorm: number
  /** Steps that were skipped. */
  readonly skips: number
}

export const noSums: EpochSums = {
  tally: { losses: 0, right: 0, known: 0 },
  rate: 0,
  norms: 0,
  largestNorm: 0,
  skips: 0,
}
