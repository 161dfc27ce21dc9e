import type { Interval } from '../statistics/index.ts'
import type { Evaluation, MetadataGain } from './evaluation.ts'

/** What judging a model that tells several findings gave. Plain data. Every interval has a level of 0.95. */
export interface FindingsEvaluation {
  readonly format: 'chestnut.findings-evaluation/1'
  /** Films that were judged, and their patients. */
  readonly films: number
  readonly patients: number
  /** Null where no finding has films enough. */
  readonly mean: FindingsMean | null
  /** In the order of the model's outputs. */
  readonly findings: readonly FindingResult[]
  readonly seed: number
}

/** The mean of the findings' AUROCs (macro average). Intervals by resampling patients, all findings together. */
export interface FindingsMean {
  /** The findings that count. */
  readonly findings: readonly string[]
  readonly auroc: Interval
  /** What metadata alone scores on the same films; null where the table states nothing for one of the findings. */
  readonly metadata: MetadataGain | null
}

export interface FindingResult {
  readonly target: string
  /** Films with a label of it, and without. */
  readonly films: number
  readonly unlabelled: number
  readonly positives: number
  /** Why it does not count in the mean; null where it does. */
  readonly leftOut: string | null
  /** Null where the films show one side only. */
  readonly evaluation: Evaluation | null
}
