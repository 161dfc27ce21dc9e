/** Films with what the model said of them; all arrays have one length. */
export interface Judged {
  /** What ranks the films: logits, since probabilities near 1 round to ties. */
  readonly scores: ArrayLike<number>
  /** What the model answers. */
  readonly probabilities: ArrayLike<number>
  /** 0 or 1. */
  readonly labels: ArrayLike<number>
  readonly patients: readonly string[]
}
