/** One row of values for each example. */
export interface Rows {
  readonly values: Float32Array
  /** The shape of one row. */
  readonly shape: readonly number[]
}
