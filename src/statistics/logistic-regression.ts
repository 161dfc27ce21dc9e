import { solvePositiveDefinite } from './linear-solve.ts'
import { sigmoid, softplus } from './logit.ts'

export interface LogisticOptions {
  /** λ in Σ loss + λ/2·|w|²: scikit-learn's 1/C. 1 unless told. The intercept is never penalised. */
  readonly l2?: number
  /** At most so many Newton steps; 100 unless told. */
  readonly iterations?: number
  /** A weight for each row; 1 unless told. */
  readonly weights?: ArrayLike<number>
}

export interface LogisticModel {
  readonly weights: Float64Array
  readonly intercept: number
  /** Logits of other rows with the same columns, row-major. */
  logits(features: Float64Array): Float64Array
  /** Probabilities of other rows. */
  predict(features: Float64Array): Float64Array
}

/**
 * Logistic regression by Newton's method with step halving (iteratively reweighted least squares). The objective is that of
 * scikit-learn's `LogisticRegression(C=1/l2)`.
 *
 * @param features row-major, one row for each label; standardise columns of different scale first
 * @param labels 0, 1 or a probability between
 */
export function logisticRegression(
  features: Float64Array,
  labels: ArrayLike<number>,
  options: LogisticOptions = {},
): LogisticModel {
  const fit = newFit(features, labels, options)
  // The last place is the intercept.
  let solution: Float64Array = new Float64Array(fit.columns + 1)
  let loss = lossOf(fit, solution)
  for (let iteration = 0; iteration < (options.iterations ?? 100); iteration++) {
    const direction = newtonDirection(fit, solution)
    const next = descend(fit, solution, direction, loss)
    if (next === undefined) break
    const gained = loss - next.loss
    solution = next.solution
    loss = next.loss
    if (gained <= 1e-15 * Math.abs(loss) || largest(direction) < 1e-12 * (1 + largest(solution))) break
  }
  return modelOf(solution)
}

interface Fit {
  readonly features: Float64Array
  readonly labels: ArrayLike<number>
  readonly rows: number
  readonly columns: number
  readonly l2: number
  readonly weights: ArrayLike<number> | undefined
}

function newFit(features: Float64Array, labels: ArrayLike<number>, options: LogisticOptions): Fit {
  const rows = labels.length
  const columns = features.length / rows
  const { l2 = 1, weights } = options
  if (!Number.isInteger(columns)) {
    throw new RangeError(`Cannot fit ${features.length} features to ${rows} labels: they make no whole rows`)
  }
  if (weights !== undefined && weights.length !== rows) {
    throw new RangeError(`Cannot fit ${rows} labels: there are ${weights.length} weights`)
  }
  return { features, labels, rows, columns, l2, weights }
}

/** Σ weight·loss + λ/2·|w|². */
function lossOf({ features, labels, rows, columns, l2, weights }: Fit, solution: Float64Array): number {
  let loss = 0
  for (let row = 0; row < rows; row++) {
    const z = linear(features, row * columns, solution, columns)
    loss += (weights?.[row] ?? 1) * (softplus(z) - labels[row]! * z)
  }
  for (let j = 0; j < columns; j++) loss += (l2 / 2) * solution[j]! ** 2
  return loss
}

/** Hessian⁻¹·gradient. */
function newtonDirection(fit: Fit, solution: Float64Array): Float64Array {
  const { features, labels, rows, columns, l2, weights } = fit
  const size = columns + 1
  const gradient = new Float64Array(size)
  const hessian = new Float64Array(size * size)
  for (let row = 0; row < rows; row++) {
    const start = row * columns
    const weight = weights?.[row] ?? 1
    const p = sigmoid(linear(features, start, solution, columns))
    const slope = weight * (p - labels[row]!)
    const curve = weight * p * (1 - p)
    for (let i = 0; i < columns; i++) {
      const x = features[start + i]!
      if (x === 0) continue
      gradient[i]! += slope * x
      const at = i * size
      const scaled = curve * x
      for (let j = 0; j <= i; j++) hessian[at + j]! += scaled * features[start + j]!
      hessian[columns * size + i]! += scaled
    }
    gradient[columns]! += slope
    hessian[columns * size + columns]! += curve
  }
  for (let i = 0; i < columns; i++) {
    gradient[i]! += l2 * solution[i]!
    hessian[i * size + i]! += l2
  }
  return solvePositiveDefinite(hessian, gradient)
}

/** Halves the step until the loss no longer rises; undefined when no step lowers it any more. */
function descend(
  fit: Fit,
  from: Float64Array,
  direction: Float64Array,
  loss: number,
): { readonly solution: Float64Array; readonly loss: number } | undefined {
  for (let step = 1; step > 1e-6; step /= 2) {
    const solution = from.map((value, i) => value - step * direction[i]!)
    const lower = lossOf(fit, solution)
    if (lower <= loss) return { solution, loss: lower }
  }
  return undefined
}

function modelOf(solution: Float64Array): LogisticModel {
  const columns = solution.length - 1
  const logits = (features: Float64Array): Float64Array => {
    if (columns === 0 || features.length % columns !== 0) {
      throw new RangeError(`Cannot predict: ${features.length} features make no rows of ${columns}`)
    }
    return Float64Array.from({ length: features.length / columns }, (_, row) =>
      linear(features, row * columns, solution, columns),
    )
  }
  return {
    weights: solution.slice(0, columns),
    intercept: solution[columns]!,
    logits,
    predict: features => logits(features).map(sigmoid),
  }
}

function linear(features: Float64Array, start: number, solution: Float64Array, columns: number): number {
  let z = solution[columns]!
  for (let j = 0; j < columns; j++) z += features[start + j]! * solution[j]!
  return z
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}
