/** Films that a model was not trained on, with what it said of one finding; all arrays have one length. */
export interface LabelScores {
  readonly logits: ArrayLike<number>
  /** 0 or 1: films whose label is unknown are left out. */
  readonly labels: ArrayLike<number>
  readonly patients: readonly string[]
}

/** How many films, or patients with films, have the finding and how many do not. */
export interface Sides {
  readonly positives: number
  readonly negatives: number
}

export function filmsOfSides(labels: ArrayLike<number>): Sides {
  const positives = Array.from(labels).reduce((sum, label) => sum + label, 0)
  return { positives, negatives: labels.length - positives }
}

/** A patient with films of both sides counts on both; films without a label count on none. */
export function patientsOfSides(labels: ArrayLike<number | null>, patients: readonly string[]): Sides {
  const of = (side: 0 | 1): number => new Set(patients.filter((_, i) => labels[i] === side)).size
  return { positives: of(1), negatives: of(0) }
}
