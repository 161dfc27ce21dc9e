import { auroc, aurocMeanClustered, aurocMeanDifferenceClustered, type Interval } from '../statistics/index.ts'
import type { MetadataComparison } from './evaluation.ts'
import { filmsOfSides } from './label-scores.ts'
import { plainInterval } from './plain-interval.ts'

/** What a repeated cross-validation gave. Plain data. */
export interface CrossValidation {
  readonly format: 'chestnut.cross-validation/1'
  readonly folds: number
  readonly films: number
  readonly patients: number
  readonly positives: number
  readonly repetitions: readonly { readonly seed: number; readonly auroc: number }[]
  /** The mean over repetitions, with a 0.95 interval clustered by patient. */
  readonly auroc: Interval
  /** Standard deviation over repetitions: what the draw of the folds and the training's own chance move. */
  readonly deviation: number
  /** What the baseline scores on the same folds; null without one. */
  readonly baseline: MetadataComparison | null
}

export interface Repeated {
  readonly labels: ArrayLike<number>
  readonly patients: readonly string[]
  /** Out-of-fold logits of each repetition. */
  readonly runs: readonly Float64Array[]
  /** The same of the baseline; empty without one. */
  readonly baselines: readonly Float64Array[]
  readonly folds: number
  readonly seed: number
}

export function summarise({ labels, patients, runs, baselines, folds, seed }: Repeated): CrossValidation {
  const aurocs = runs.map(logits => auroc(logits, labels))
  return {
    format: 'chestnut.cross-validation/1',
    folds,
    films: labels.length,
    patients: new Set(patients).size,
    positives: filmsOfSides(labels).positives,
    repetitions: aurocs.map((value, i) => ({ seed: seed + i, auroc: value })),
    auroc: plainInterval(aurocMeanClustered(runs, labels, patients)),
    deviation: sampleDeviation(aurocs),
    baseline: baselines.length === 0 ? null : compare(runs, baselines, labels, patients),
  }
}

function compare(
  runs: readonly Float64Array[],
  baselines: readonly Float64Array[],
  labels: ArrayLike<number>,
  patients: readonly string[],
): MetadataComparison {
  const gain = aurocMeanDifferenceClustered(runs, baselines, labels, patients)
  return {
    auroc: plainInterval(aurocMeanClustered(baselines, labels, patients)),
    gain: { ...plainInterval(gain), p: gain.p },
  }
}

function sampleDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
}
