import { noProgress, type Progress, throwIfAborted } from '../core/index.ts'

/**
 * Learns on some films and judges others, all given by their places. Validation films are for choosing the epoch.
 *
 * @returns the logits of the test films, in the order given, row after row where a film has several
 */
export type Fit = (
  training: readonly number[],
  validation: readonly number[],
  test: readonly number[],
  seed: number,
) => Promise<ArrayLike<number>> | ArrayLike<number>

/** What is to be beaten, learned on training and validation films together. */
export type Baseline = (training: readonly number[], test: readonly number[]) => ArrayLike<number>

export interface FoldOptions {
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

/** The part of each of some films, given by their places: no patient in two parts, and all sides of the labels in each. */
export type Divide = (films: readonly number[], shares: readonly number[], seed: number) => Int32Array

export interface OutOfFoldInput {
  readonly films: number
  /** Logits of a film. */
  readonly outputs: number
  readonly divide: Divide
  readonly fit: Fit
  readonly baseline: Baseline | undefined
}

export type FilledOptions = Required<Omit<FoldOptions, 'signal'>> & { readonly signal: AbortSignal | undefined }

/** The options with their defaults. */
export function foldOptions(options: FoldOptions): FilledOptions {
  const { folds = 5, seeds = 5, validation = 0.2, progress = noProgress, seed, signal } = options
  return { folds, seeds, validation, progress, seed, signal }
}

/** One repetition: films × outputs. */
export interface OutOfFold {
  readonly seed: number
  readonly logits: Float64Array
  /** Undefined without one. */
  readonly baseline: Float64Array | undefined
}

/** Repetition after repetition, every film judged once in each, by a model that saw no film of its patient. */
export async function* outOfFold(input: OutOfFoldInput, options: FilledOptions): AsyncGenerator<OutOfFold, void, void> {
  const { outputs, divide } = input
  const { folds, seeds, validation: share, progress } = options
  const films = Array.from({ length: input.films }, (_, film) => film)
  for (let run = 0; run < seeds; run++) {
    const seed = options.seed + run
    const foldOf = divide(films, new Array<number>(folds).fill(1 / folds), seed)
    const logits = new Float64Array(films.length * outputs)
    const baseline = input.baseline && new Float64Array(films.length * outputs)
    for (let fold = 0; fold < folds; fold++) {
      throwIfAborted(options.signal)
      const test = films.filter(film => foldOf[film] === fold)
      const rest = films.filter(film => foldOf[film] !== fold)
      const partOf = divide(rest, [1 - share, share], seed)
      const training = rest.filter((_, i) => partOf[i] === 0)
      const validation = rest.filter((_, i) => partOf[i] === 1)
      scatter(await input.fit(training, validation, test, seed), test, logits, outputs)
      if (baseline) scatter(input.baseline?.(rest, test) ?? [], test, baseline, outputs)
      const [done, total] = [run * folds + fold + 1, seeds * folds]
      progress({ kind: 'progress', task: 'Cross-validating', done, total, unit: 'folds' })
    }
    yield { seed, logits, baseline }
  }
}

function scatter(values: ArrayLike<number>, places: readonly number[], into: Float64Array, outputs: number): void {
  if (values.length !== places.length * outputs) {
    throw new RangeError(
      `Cannot judge a fold: ${places.length * outputs} logits are needed, there are ${values.length}`,
    )
  }
  for (let i = 0; i < values.length; i++) into[places[Math.floor(i / outputs)]! * outputs + (i % outputs)] = values[i]!
}
