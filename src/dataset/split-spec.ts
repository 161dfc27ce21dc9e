/** How films are shared out. All shares are of the films that take part. */
export interface SplitSpec {
  /** `patient`: all films of a patient stay together. `image`: each film for itself, as in the guide, which leaks. */
  readonly by: 'patient' | 'image'
  /** Share of the test part, 0.2 in the guide. More than 0. */
  readonly test: number
  /**
   * Share of the validation part. It is taken from what would be training otherwise, keeps the natural prevalence, and
   * chooses the epoch and the threshold, so that the test part is touched once. 0 makes none, as in the guide.
   */
  readonly validation: number
  /** Drops training films of the more frequent class, drawn at random, until both are equally many. */
  readonly balance: boolean
  readonly seed: number
}

export const defaultSplit: SplitSpec = { by: 'patient', test: 0.2, validation: 0.1, balance: true, seed: 1 }
