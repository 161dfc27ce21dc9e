/** The digits of float16 behind the first, its smallest exponent, and its largest number. */
const digits = 10
const smallestExponent = -14
const largest = 65504

/** From here on, whole numbers are all that float64 holds: adding it rounds halves to the even neighbour. */
const whole = 2 ** 52

/** The nearest number that float16 has, halves to the even one; infinity from halfway beyond the largest on (IEEE 754). */
export function roundToHalf(x: number): number {
  const size = Math.abs(x)
  if (size === 0 || !Number.isFinite(x)) return x
  const step = 2 ** (Math.max(Math.floor(Math.log2(size)), smallestExponent) - digits)
  const rounded = (size / step + whole - whole) * step
  return Math.sign(x) * (rounded > largest ? Number.POSITIVE_INFINITY : rounded)
}
