import { auroc, groupedStratifiedFolds, logisticRegression, standardise } from '../../statistics/index.ts'

/** Films whose features are judged: rows of one length, a label and a patient for each. */
export interface ProbeFilms {
  /** 1 or 0. */
  readonly labels: ArrayLike<number>
  readonly patients: readonly string[]
}

export interface ProbeOptions {
  readonly folds: number
  /** Divisions into folds, each of which judges every film once. */
  readonly repeats: number
  readonly seed: number
}

/** Penalty on standardised features, of which there are more than films. */
const l2 = 100

/**
 * What a linear layer would make of features: the logits of films that it was not fitted to, one array for each division into
 * folds of patients. The same seed divides the same way, so that two kinds of features meet the same folds.
 */
export function probeLogits(
  features: Float64Array,
  { labels, patients }: ProbeFilms,
  { folds, repeats, seed }: ProbeOptions,
): readonly Float64Array[] {
  const width = features.length / labels.length
  return Array.from({ length: repeats }, (_, repeat) => {
    const fold = groupedStratifiedFolds({ classes: labels, groups: patients, folds, seed: seed + repeat })
    const logits = new Float64Array(labels.length)
    for (let tested = 0; tested < folds; tested++) {
      const [train, test] = [indicesWhere(fold, f => f !== tested), indicesWhere(fold, f => f === tested)]
      const fitted = fitWide(
        rows(features, width, train),
        width,
        train.map(i => labels[i]!),
      )
      fitted(rows(features, width, test)).forEach((logit, i) => {
        logits[test[i]!] = logit
      })
    }
    return logits
  })
}

/** Mean over the divisions of the AUROC of all films. */
export function probeAuroc(logits: readonly Float64Array[], labels: ArrayLike<number>): number {
  return logits.reduce((sum, run) => sum + auroc(run, labels), 0) / logits.length
}

/**
 * Ridge logistic regression where columns outnumber rows. Its weights are sums of rows, so rows may be turned into their
 * coordinates in the space that they span: with X·Xᵀ = L·Lᵀ the rows of L have the same products, hence the same fit, and are
 * as many as there are films.
 *
 * @returns logits of other rows
 */
function fitWide(train: Float64Array, width: number, labels: readonly number[]): (test: Float64Array) => Float64Array {
  const { apply } = standardise(train, width)
  const standard = apply(train)
  const count = labels.length
  const products = new Float64Array(count * count)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      const value = dot(standard, i * width, standard, j * width, width)
      products[i * count + j] = value
      products[j * count + i] = value
    }
  }
  const root = cholesky(products, count)
  const { weights, intercept } = logisticRegression(root, labels, { l2 })
  // Back from the coordinates u to sums of rows: X·Xᵀ·a = L·u, so Lᵀ·a = u.
  const sums = solveTransposed(root, weights)
  const direction = new Float64Array(width)
  for (let i = 0; i < count; i++) for (let j = 0; j < width; j++) direction[j]! += sums[i]! * standard[i * width + j]!
  return test => {
    const rowsOf = apply(test)
    return Float64Array.from(
      { length: test.length / width },
      (_, i) => intercept + dot(rowsOf, i * width, direction, 0, width),
    )
  }
}

/** The lower triangle L with L·Lᵀ = A + a trace of the diagonal, so that rows which are sums of others do no harm. */
function cholesky(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size)
  let trace = 0
  for (let i = 0; i < size; i++) trace += matrix[i * size + i]!
  // Features that are the same for all films leave no trace at all.
  const ridge = (1e-9 * trace) / size || 1e-12
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const rest = matrix[i * size + j]! - dot(lower, i * size, lower, j * size, j)
      lower[i * size + j] = i === j ? Math.sqrt(Math.max(rest, 0) + ridge) : rest / lower[j * size + j]!
    }
  }
  return lower
}

/** x of Lᵀ·x = b. */
function solveTransposed(lower: Float64Array, right: Float64Array): Float64Array {
  const size = right.length
  const x = right.slice()
  for (let i = size - 1; i >= 0; i--) {
    for (let j = i + 1; j < size; j++) x[i]! -= lower[j * size + i]! * x[j]!
    x[i]! /= lower[i * size + i]!
  }
  return x
}

function dot(a: Float64Array, startA: number, b: Float64Array, startB: number, length: number): number {
  let sum = 0
  for (let i = 0; i < length; i++) sum += a[startA + i]! * b[startB + i]!
  return sum
}

function rows(features: Float64Array, width: number, indices: readonly number[]): Float64Array {
  const picked = new Float64Array(indices.length * width)
  indices.forEach((index, i) => {
    picked.set(features.subarray(index * width, (index + 1) * width), i * width)
  })
  return picked
}

function indicesWhere(fold: Int32Array, wanted: (fold: number) => boolean): number[] {
  return [...fold.keys()].filter(i => wanted(fold[i]!))
}
