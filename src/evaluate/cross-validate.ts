import { Problem } from '../core/index.ts'
import { auroc, groupedStratifiedParts } from '../statistics/index.ts'
import { type CrossValidation, summarise } from './cross-validation.ts'
import { patientsOfSides } from './label-scores.ts'
import { type Baseline, type Divide, type Fit, type FoldOptions, foldOptions, outOfFold } from './out-of-fold.ts'

export interface CrossValidateInput extends FoldOptions {
  /** 0 or 1 for each film. */
  readonly labels: ArrayLike<number>
  readonly patients: readonly string[]
  readonly fit: Fit
  /** Judged on the same folds. */
  readonly baseline?: Baseline
  /** Classes to keep balanced over folds, small whole numbers from 0; the labels unless told. */
  readonly classes?: ArrayLike<number>
}

/**
 * Patient-grouped cross-validation, pooled out of fold: every film is judged once in each repetition, by a model that saw no film
 * of its patient.
 *
 * @throws Problem when a class has fewer patients than there are folds
 */
export async function crossValidate(input: CrossValidateInput): Promise<CrossValidation> {
  const { labels, patients, classes = labels, fit, baseline, seed } = input
  const options = foldOptions(input)
  const { folds, seeds, progress } = options
  requirePatients(labels, patients, folds)
  const divide: Divide = (films, shares, seed) =>
    groupedStratifiedParts({
      classes: films.map(film => classes[film]!),
      groups: films.map(film => patients[film]!),
      shares,
      seed,
    })
  const runs: Float64Array[] = []
  const baselines: Float64Array[] = []
  const judged = outOfFold({ films: patients.length, outputs: 1, divide, fit, baseline }, options)
  for await (const { logits, baseline: beside } of judged) {
    runs.push(logits)
    if (beside !== undefined) baselines.push(beside)
    const text = `Repetition ${runs.length} of ${seeds}: AUROC ${auroc(logits, labels).toFixed(3)}`
    progress({ kind: 'note', text })
  }
  return summarise({ labels, patients, runs, baselines, folds, seed })
}

function requirePatients(labels: ArrayLike<number>, patients: readonly string[], folds: number): void {
  const { positives, negatives } = patientsOfSides(labels, patients)
  // A patient of each class for every fold, and one more for validation.
  const needed = folds + 1
  if (positives >= needed && negatives >= needed) return
  const fewer = Math.min(positives, negatives) - 1
  throw new Problem(
    `Cannot cross-validate in ${folds} folds: ${positives} patients have a positive film and ${negatives} a negative one, ` +
      `at least ${needed} of each are needed`,
    { next: fewer >= 2 ? `chestnut evaluate --folds ${fewer}` : 'Add films of patients of the rarer class' },
  )
}
