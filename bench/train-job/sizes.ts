/** The guide's training: films, and times through them. */
export const job = { training: 2290, validation: 280, epochs: 30, batch: 64 } as const

/** What is measured of it. */
export interface Sizes {
  /** Side of a film as the network takes it. */
  readonly size: number
  readonly batch: number
  /** Steps of an epoch on films that are augmented anew, and of one on kept features. */
  readonly fresh: number
  readonly pooled: number
  readonly validation: number
  readonly files: number
  readonly trainingFiles: number
  /** Films whose features are computed in a turn; fewer in bf16, for which most processors have no units. */
  readonly features: number
  readonly slowFeatures: number
  /** Films that decide the ranges of int8 when that is timed: few, then more. */
  readonly quantise: readonly [few: number, more: number]
  readonly runs: number
}

export const full: Sizes = {
  size: 224,
  batch: job.batch,
  fresh: 3,
  pooled: 6,
  validation: job.validation,
  files: 128,
  trainingFiles: 96,
  features: 64,
  slowFeatures: 32,
  quantise: [4, 16],
  runs: 3,
}

/** Figures of these mean little. */
export const small: Sizes = {
  size: 64,
  batch: 8,
  fresh: 2,
  pooled: 2,
  validation: 16,
  files: 24,
  trainingFiles: 16,
  features: 48,
  slowFeatures: 32,
  quantise: [2, 4],
  runs: 1,
}
