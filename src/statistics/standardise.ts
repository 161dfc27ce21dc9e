export interface Standardisation {
  readonly mean: Float64Array
  /** Population standard deviation; 1 for a column that does not vary. */
  readonly deviation: Float64Array
  /** Other rows with the same columns, by the same mean and deviation. */
  apply(features: Float64Array): Float64Array
}

/** Column means and deviations of row-major features, to be learnt on training rows and applied to all. */
export function standardise(features: Float64Array, columns: number): Standardisation {
  const rows = features.length / columns
  if (!Number.isInteger(rows) || rows === 0) {
    throw new RangeError(`Cannot standardise ${features.length} features: they make no rows of ${columns}`)
  }
  const mean = new Float64Array(columns)
  const deviation = new Float64Array(columns)
  for (let i = 0; i < features.length; i++) mean[i % columns]! += features[i]! / rows
  for (let i = 0; i < features.length; i++) deviation[i % columns]! += (features[i]! - mean[i % columns]!) ** 2 / rows
  for (let j = 0; j < columns; j++) {
    // Rounding leaves a trace of spread in a constant column; dividing by it would make noise out of nothing.
    const spread = Math.sqrt(deviation[j]!)
    deviation[j] = spread > 1e-9 * Math.abs(mean[j]!) ? spread : 1
  }
  return {
    mean,
    deviation,
    apply: values => values.map((value, i) => (value - mean[i % columns]!) / deviation[i % columns]!),
  }
}
