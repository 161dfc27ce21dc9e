import { Problem } from '../core/index.ts'
import { groupedLabelParts, meanAurocClustered, type ScoredFinding } from '../statistics/index.ts'
import { summarise } from './cross-validation.ts'
import { leftOutOf } from './fewest-patients.ts'
import type { CrossValidatedFinding, FindingsCrossValidation } from './findings-cross-validation.ts'
import type { FindingsMean } from './findings-evaluation.ts'
import { patientsOfSides } from './label-scores.ts'
import { type Baseline, type Divide, type Fit, type FoldOptions, foldOptions, outOfFold } from './out-of-fold.ts'

export interface CrossValidateFindingsInput extends FoldOptions {
  /** In the order of a film's logits. */
  readonly targets: readonly string[]
  /** Of each target what every film has: 1, 0, or null where it has no label. */
  readonly labels: readonly (readonly (0 | 1 | null)[])[]
  readonly patients: readonly string[]
  /** Gives films × targets. */
  readonly fit: Fit
  /** Gives films × targets; judged on the same folds. */
  readonly baseline?: Baseline
}

/**
 * `crossValidate` for a model that tells several findings: one training a fold for all of them. Folds hold their share of each
 * finding's films.
 *
 * @throws Problem when no finding has a patient of each side for every fold and for validation
 */
export async function crossValidateFindings(input: CrossValidateFindingsInput): Promise<FindingsCrossValidation> {
  const { targets, labels, patients, fit, baseline, seed } = input
  const options = foldOptions(input)
  const { folds, seeds, progress } = options
  requirePatients(input, folds)
  const divide: Divide = (films, shares, seed) =>
    groupedLabelParts({
      labels: labels.map(label => films.map(film => label[film]!)),
      groups: films.map(film => patients[film]!),
      shares,
      seed,
    })
  const runs: Float64Array[] = []
  const baselines: Float64Array[] = []
  const judged = outOfFold({ films: patients.length, outputs: targets.length, divide, fit, baseline }, options)
  for await (const repetition of judged) {
    runs.push(repetition.logits)
    if (repetition.baseline !== undefined) baselines.push(repetition.baseline)
    progress({ kind: 'note', text: `Repetition ${runs.length} of ${seeds} is done` })
  }
  const columns = targets.map((_, k) => columnOf(input, k, runs, baselines))
  const findings = columns.map((column, k) => findingOf(targets[k]!, column, { folds, seed, films: patients.length }))
  return {
    format: 'chestnut.findings-cross-validation/1',
    folds,
    films: patients.length,
    patients: new Set(patients).size,
    mean: meanOf(
      targets.filter((_, k) => findings[k]?.leftOut === null),
      columns.filter((_, k) => findings[k]?.leftOut === null),
      patients,
      seed,
    ),
    findings,
  }
}

/** What was said of one finding out of fold, of the films that have a label of it. */
interface Column extends ScoredFinding {
  readonly labels: readonly (0 | 1)[]
  readonly patients: readonly string[]
  readonly runs: readonly Float64Array[]
  readonly baselines: readonly Float64Array[] | undefined
}

function columnOf(
  { targets, labels, patients }: CrossValidateFindingsInput,
  k: number,
  runs: readonly Float64Array[],
  baselines: readonly Float64Array[],
): Column {
  const known = (labels[k] ?? []).flatMap((label, place) => (label === null ? [] : [{ label, place }]))
  const pick = (logits: Float64Array): Float64Array =>
    Float64Array.from(known, ({ place }) => logits[place * targets.length + k]!)
  return {
    places: known.map(({ place }) => place),
    labels: known.map(({ label }) => label),
    patients: known.map(({ place }) => patients[place]!),
    runs: runs.map(pick),
    baselines: baselines.length === 0 ? undefined : baselines.map(pick),
  }
}

function findingOf(
  target: string,
  { labels, patients, runs, baselines }: Column,
  { folds, seed, films }: { readonly folds: number; readonly seed: number; readonly films: number },
): CrossValidatedFinding {
  const hasBoth = labels.includes(0) && labels.includes(1)
  return {
    target,
    unlabelled: films - labels.length,
    leftOut: leftOutOf(labels, patients),
    result: hasBoth ? summarise({ labels, patients, runs, baselines: baselines ?? [], folds, seed }) : null,
  }
}

function meanOf(
  findings: readonly string[],
  columns: readonly Column[],
  patients: readonly string[],
  seed: number,
): FindingsMean | null {
  if (columns.length === 0) return null
  const { auroc, baseline } = meanAurocClustered(columns, patients, { seed })
  return { findings, auroc, metadata: baseline }
}

function requirePatients({ labels, patients }: CrossValidateFindingsInput, folds: number): void {
  const rarer = labels.map(label => {
    const { positives, negatives } = patientsOfSides(label, patients)
    return Math.min(positives, negatives)
  })
  const most = Math.max(...rarer)
  // A patient of each side for every fold, and one more for validation.
  if (most > folds) return
  throw new Problem(
    `Cannot cross-validate in ${folds} folds: no finding has more than ${most} patients of its rarer side, at least ${folds + 1} are needed`,
    { next: most > 2 ? `chestnut evaluate --folds ${most - 1}` : 'Add films of more patients' },
  )
}
