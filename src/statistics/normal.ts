/**
 * The quantile function of the standard normal distribution (Wichura 1988, algorithm AS 241, PPND16; relative error
 * below 1e-15). −Infinity at 0, Infinity at 1.
 */
export function normalQuantile(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`Cannot take the normal quantile of ${probability}: it is no probability between 0 and 1`)
  }
  const q = probability - 0.5
  if (Math.abs(q) <= 0.425) return q * ratio(centre, 0.180625 - q * q)
  const tail = q < 0 ? probability : 1 - probability
  if (tail === 0) return q < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  const r = Math.sqrt(-Math.log(tail))
  const z = r <= 5 ? ratio(shoulder, r - 1.6) : ratio(far, r - 5)
  return q < 0 ? -z : z
}

/** How many standard errors to each side a two-sided interval of this level reaches: 1.96 for 0.95. */
export function zOf(level: number): number {
  if (!(level > 0 && level < 1)) throw new RangeError(`Cannot use the level ${level}: it must lie between 0 and 1`)
  return normalQuantile(0.5 + level / 2)
}

/** The probability that a standard normal value lies farther from 0 than z, to either side: a two-sided p-value. */
export function twoSidedP(z: number): number {
  return complementaryError(Math.abs(z) / Math.SQRT2)
}

/** erfc(x) for x ≥ 0: the Taylor series near 0, Lentz's continued fraction beyond (Abramowitz and Stegun 7.1.6, 7.1.14). */
function complementaryError(x: number): number {
  if (x < 2.5) {
    let term = x
    let sum = x
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
      term *= (2 * x * x) / (2 * n + 1)
      sum += term
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
  }
  let fraction = x
  for (let n = 60; n >= 1; n--) fraction = x + n / 2 / fraction
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction)
}

interface Rational {
  readonly over: readonly number[]
  readonly under: readonly number[]
}

function ratio({ over, under }: Rational, x: number): number {
  return horner(over, x) / horner(under, x)
}

function horner(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0)
}

const centre: Rational = {
  over: [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.693765509461, 45921.95393154987, 67265.7709270087,
    33430.57558358813, 2509.0809287301227,
  ],
  under: [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852545,
  ],
}
const shoulder: Rational = {
  over: [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  under: [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
}
const far: Rational = {
  over: [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 0.000027115555687434876, 2.0103343992922881e-7,
  ],
  under: [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 0.000018463183175100548,
    1.421511758316446e-7, 2.0442631033899397e-15,
  ],
}
