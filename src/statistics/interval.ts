/** An estimate with its confidence interval. */
export interface Interval {
  readonly value: number
  readonly low: number
  readonly high: number
  /** The confidence level, 0.95 for instance. */
  readonly level: number
}

/** An interval from an estimate and its standard error, on the scale of the estimate. */
export function normalInterval(value: number, se: number, halfWidth: number, level: number): Interval {
  return { value, low: value - halfWidth * se, high: value + halfWidth * se, level }
}
