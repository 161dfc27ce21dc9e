import { meanAurocClustered } from '../statistics/index.ts'
import { type EvaluateInput, evaluate } from './evaluate.ts'
import { leftOutOf } from './fewest-patients.ts'
import type { FindingResult, FindingsEvaluation, FindingsMean } from './findings-evaluation.ts'
import { filmsOfSides } from './label-scores.ts'

export interface EvaluateFindingsInput {
  /** The patient of each film. */
  readonly patients: readonly string[]
  /** In the order of the model's outputs. */
  readonly findings: readonly FindingInput[]
  readonly seed: number
  /** How many times patients are resampled; 2000 unless told. */
  readonly draws?: number
}

/** What was said of one finding; its arrays are of the films that have a label of it. */
export interface FindingInput extends Omit<EvaluateInput, 'seed' | 'draws'> {
  /** The places of these films among all films. */
  readonly places: readonly number[]
}

/**
 * Judges a model that tells several findings: each for itself, and the mean over those with films enough.
 *
 * @throws Problem when an answer is NaN
 */
export function evaluateFindings({
  patients,
  findings,
  seed,
  draws = 2000,
}: EvaluateFindingsInput): FindingsEvaluation {
  const results = findings.map(finding => resultOf(finding, patients.length, { seed, draws }))
  return {
    format: 'chestnut.findings-evaluation/1',
    films: patients.length,
    patients: new Set(patients).size,
    mean: meanOf(
      findings.filter((_, k) => results[k]?.leftOut === null),
      { patients, seed, draws },
    ),
    findings: results,
    seed,
  }
}

interface Resampling {
  readonly seed: number
  readonly draws: number
}

function resultOf(finding: FindingInput, films: number, resampling: Resampling): FindingResult {
  const { labels, patients, target } = finding
  const { positives, negatives } = filmsOfSides(labels)
  return {
    target,
    films: labels.length,
    unlabelled: films - labels.length,
    positives,
    leftOut: leftOutOf(labels, patients),
    evaluation: positives > 0 && negatives > 0 ? evaluate({ ...finding, ...resampling }) : null,
  }
}

function meanOf(
  findings: readonly FindingInput[],
  { patients, ...resampling }: Resampling & Pick<EvaluateFindingsInput, 'patients'>,
): FindingsMean | null {
  if (findings.length === 0) return null
  const { auroc, baseline } = meanAurocClustered(
    findings.map(({ places, labels, scores, metadataLogits }) => ({
      places,
      labels,
      runs: [scores],
      baselines: metadataLogits && [metadataLogits],
    })),
    patients,
    resampling,
  )
  return { findings: findings.map(({ target }) => target), auroc, metadata: baseline }
}
