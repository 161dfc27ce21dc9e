/** The numbers that a value takes, or those that are kept of them. */
export interface Range {
  readonly low: number
  readonly high: number
}

/** What calibration films say of a value. */
export interface Measured {
  readonly range: Range
  /** One a channel. */
  readonly means: Float64Array
  /** How the channels vary together, [C, C], where that was measured. */
  readonly covariance?: Float64Array
}

/** How a whole number q from 0 to 255 stands for a real one: `scale · (q − zeroPoint)`. */
export interface Uint8Form {
  /** A float32. */
  readonly scale: number
  readonly zeroPoint: number
}

const levels = 255
/** Below this a value is all zeros with noise: steps of it could not be told apart in float32. */
export const leastScale = 1e-30

/** The form that covers a range and holds zero exactly, so that padding and relu stay what they are. */
export function uint8Form(range: Range): Uint8Form {
  const low = Math.min(0, range.low)
  const high = Math.max(0, range.high)
  const scale = Math.fround((high - low) / levels)
  if (scale < leastScale) return { scale: 1, zeroPoint: 0 }
  return { scale, zeroPoint: Math.round(-low / scale) }
}

export function union(ranges: readonly Range[]): Range {
  return {
    low: Math.min(...ranges.map(({ low }) => low)),
    high: Math.max(...ranges.map(({ high }) => high)),
  }
}
