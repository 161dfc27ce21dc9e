import { noProgress, Problem, type Progress, throwIfAborted } from '../core/index.ts'
import { auroc, groupedStratifiedFolds, groupedStratifiedParts } from '../statistics/index.ts'
import { type CrossValidation, summarise } from './cross-validation.ts'

/**
 * Learns on some films and judges others, all given by their places. Validation films are for choosing the epoch.
 *
 * @returns a logit for each test film, in the order given
 */
export type Fit = (
  training: readonly number[],
  validation: readonly number[],
  test: readonly number[],
  seed: number,
) => Promise<ArrayLike<number>> | ArrayLike<number>

export interface CrossValidateInput {
  /** 0 or 1 for each film. */
  readonly labels: ArrayLike<number>
  readonly patients: readonly string[]
  readonly fit: Fit
  /** What is to be beaten, learned on training and validation films together; judged on the same folds. */
  readonly baseline?: (training: readonly number[], test: readonly number[]) => ArrayLike<number>
  /** Classes to keep balanced over folds, small whole numbers from 0; the labels unless told. */
  readonly classes?: ArrayLike<number>
  /** 5 unless told. */
  readonly folds?: number
  /** How often all folds are drawn again and judged; 5 unless told. */
  readonly seeds?: number
  /** The seed of the first repetition; the others follow. */
  readonly seed: number
  /** The share of films outside a fold that is for validation; 0.2 unless told. */
  readonly validation?: number
  readonly progress?: Progress
  readonly signal?: AbortSignal
}

/**
 * Patient-grouped cross-validation, pooled out of fold: every film is judged once in each repetition, by a model that saw no film
 * of its patient.
 *
 * @throws Problem when a class has fewer patients than there are folds
 */
export async function crossValidate(input: CrossValidateInput): Promise<CrossValidation> {
  const { labels, patients, folds = 5, seeds = 5, seed, progress = noProgress } = input
  requirePatients(labels, patients, folds)
  const films = Array.from(labels, (_, i) => i)
  const runs: Float64Array[] = []
  const baselines: Float64Array[] = []
  for (let run = 0; run < seeds; run++) {
    const foldOf = groupedStratifiedFolds({
      classes: input.classes ?? labels,
      groups: patients,
      folds,
      seed: seed + run,
    })
    const logits = new Float64Array(films.length)
    const baseline = new Float64Array(films.length)
    for (let fold = 0; fold < folds; fold++) {
      throwIfAborted(input.signal)
      const test = films.filter(film => foldOf[film] === fold)
      const rest = films.filter(film => foldOf[film] !== fold)
      const [training, validation] = partsOf(rest, input, seed + run)
      scatter(await input.fit(training, validation, test, seed + run), test, logits)
      if (input.baseline !== undefined) scatter(input.baseline(rest, test), test, baseline)
      progress({
        kind: 'progress',
        task: 'Cross-validating',
        done: run * folds + fold + 1,
        total: seeds * folds,
        unit: 'folds',
      })
    }
    runs.push(logits)
    if (input.baseline !== undefined) baselines.push(baseline)
    progress({ kind: 'note', text: `Repetition ${run + 1} of ${seeds}: AUROC ${auroc(logits, labels).toFixed(3)}` })
  }
  return summarise({ labels, patients, runs, baselines, folds, seed })
}

/** Training and validation films of what a fold leaves, no patient in both. */
function partsOf(
  rest: readonly number[],
  { classes, labels, patients, validation = 0.2 }: CrossValidateInput,
  seed: number,
): readonly [training: readonly number[], validation: readonly number[]] {
  const partOf = groupedStratifiedParts({
    classes: rest.map(film => (classes ?? labels)[film]!),
    groups: rest.map(film => patients[film]!),
    shares: [1 - validation, validation],
    seed,
  })
  return [rest.filter((_, i) => partOf[i] === 0), rest.filter((_, i) => partOf[i] === 1)]
}

function scatter(values: ArrayLike<number>, places: readonly number[], into: Float64Array): void {
  if (values.length !== places.length) {
    throw new RangeError(`Cannot judge a fold: ${places.length} logits are needed, there are ${values.length}`)
  }
  places.forEach((place, i) => {
    into[place] = values[i]!
  })
}

function requirePatients(labels: ArrayLike<number>, patients: readonly string[], folds: number): void {
  const patientsWith = (label: number): number => new Set(patients.filter((_, i) => labels[i] === label)).size
  const positive = patientsWith(1)
  const negative = patientsWith(0)
  // A patient of each class for every fold, and one more for validation.
  const needed = folds + 1
  if (positive >= needed && negative >= needed) return
  const fewer = Math.min(positive, negative) - 1
  throw new Problem(
    `Cannot cross-validate in ${folds} folds: ${positive} patients have a positive film and ${negative} a negative one, ` +
      `at least ${needed} of each are needed`,
    { next: fewer >= 2 ? `chestnut evaluate --folds ${fewer}` : 'Add films of patients of the rarer class' },
  )
}
