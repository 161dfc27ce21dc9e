/**
 * How much the inputs of `size` weights that follow each other in a filter vary, and how far together: with rounding errors e
 * the answer is off by eᵀ·M·e in the mean square.
 */
export interface Variation {
  readonly size: number
  /** [size, size], symmetric. */
  readonly matrix: Float64Array
}

/** Neighbours of a film resemble each other: so much at a distance of one place. */
const likeness = 0.9
/** So much of a channel's variance is taken to be its own, for films that calibration did not see. */
const ownShare = 0.1
/** Times that each weight is looked at, at most. */
const mostSweeps = 3

/** What is known of the places of a window without looking: those that lie close to each other show nearly the same. */
export function windowVariation(height: number, width: number): Variation {
  const size = height * width
  const matrix = Float64Array.from({ length: size * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size]
    const distance = Math.hypot(Math.floor(i / width) - Math.floor(j / width), (i % width) - (j % width))
    return likeness ** distance
  })
  return { size, matrix }
}

/** From a covariance of channels, [C, C]. */
export function channelVariation(covariance: Float64Array): Variation {
  const size = Math.sqrt(covariance.length)
  let trace = 0
  for (let i = 0; i < size; i++) trace += covariance[i * size + i]!
  const matrix = covariance.slice()
  for (let i = 0; i < size; i++) matrix[i * size + i]! += (ownShare * trace) / size
  return { size, matrix }
}

/**
 * Rounds weights up where they were rounded down, or the other way, as long as that lessens what rounding adds to the answer:
 * errors of inputs that vary together may cancel (coordinate descent on the objective of Nagel et al. 2020, "Up or Down?
 * Adaptive Rounding for Post-Training Quantization", equation 12).
 *
 * @param rounded whole numbers, changed in place @param wanted the same in steps, not rounded
 * @param fits whether weight i may become this
 */
export function adjustRounding(
  rounded: Int8Array,
  wanted: Float64Array,
  { size, matrix }: Variation,
  fits: (i: number, value: number) => boolean,
): void {
  const slopes = new Float64Array(size)
  for (let j = 0; j < size; j++) {
    const error = rounded[j]! - wanted[j]!
    for (let i = 0; i < size; i++) slopes[i]! += matrix[j * size + i]! * error
  }
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let moved = false
    for (let i = 0; i < size; i++) {
      const own = matrix[i * size + i]!
      // A step of 1 adds 2·slope + own to the error.
      const step = 2 * Math.abs(slopes[i]!) > own ? -Math.sign(slopes[i]!) : 0
      const value = rounded[i]! + step
      if (step === 0 || Math.abs(value - wanted[i]!) > 1 || !fits(i, value)) continue
      rounded[i] = value
      for (let j = 0; j < size; j++) slopes[j]! += step * matrix[i * size + j]!
      moved = true
    }
    if (!moved) break
  }
}
