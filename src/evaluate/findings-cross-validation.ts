import type { CrossValidation } from './cross-validation.ts'
import type { FindingsMean } from './findings-evaluation.ts'

/** What a repeated cross-validation of several findings gave. Plain data. */
export interface FindingsCrossValidation {
  readonly format: 'chestnut.findings-cross-validation/1'
  readonly folds: number
  readonly films: number
  readonly patients: number
  /** Over findings with films enough, and over repetitions; `metadata` is the baseline. Null where no finding has enough. */
  readonly mean: FindingsMean | null
  /** In the order of the logits. */
  readonly findings: readonly CrossValidatedFinding[]
}

export interface CrossValidatedFinding {
  readonly target: string
  /** Films without a label of it. */
  readonly unlabelled: number
  /** Why it does not count in the mean; null where it does. */
  readonly leftOut: string | null
  /** Null where the films show one side only. */
  readonly result: CrossValidation | null
}
