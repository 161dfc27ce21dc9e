import { AssertionError } from 'node:assert/strict'
import { numbers, type Tensor } from '../core/index.ts'

export interface Tolerance {
  /** Of the largest expected magnitude: rounding of a sum moves the numbers near 0 as far as the others. Default 1e-6. */
  readonly relative?: number
  /** Default 1e-12. */
  readonly absolute?: number
  /** What is compared, for the failure. */
  readonly name?: string
}

/**
 * Asserts that two tensors have one shape and that max |Δ| ≤ relative · max |expected| + absolute. Element types may differ;
 * NaN equals NaN.
 *
 * @throws AssertionError that names the worst place
 */
export function allClose(actual: Tensor, expected: Tensor, tolerance: Tolerance = {}): void {
  const { relative = 1e-6, absolute = 1e-12, name = 'tensor' } = tolerance
  const [shape, wantedShape] = [actual.shape.join(', '), expected.shape.join(', ')]
  if (shape !== wantedShape) {
    fail(`Cannot compare "${name}": its shape is [${shape}], [${wantedShape}] was wanted`, actual, expected)
  }
  const [found, wanted] = [numbers(actual), numbers(expected)]
  const limit = relative * largest(wanted) + absolute
  const { place, distance } = worstPlace(found, wanted)
  if (distance <= limit) return
  fail(
    `"${name}" is not close: at [${indexOf(place, expected.shape).join(', ')}] it is ${found[place]}, ${wanted[place]} was wanted; ` +
      `|Δ| = ${distance.toExponential(2)} is above ${limit.toExponential(2)} (relative ${relative}, absolute ${absolute})`,
    actual,
    expected,
  )
}

function fail(message: string, actual: Tensor, expected: Tensor): never {
  throw new AssertionError({ message, actual, expected, operator: 'allClose' })
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0)
}

function worstPlace(found: readonly number[], wanted: readonly number[]): { place: number; distance: number } {
  let worst = { place: 0, distance: 0 }
  for (const [place, value] of wanted.entries()) {
    const distance = Object.is(found[place], value) ? 0 : Math.abs(found[place]! - value)
    if (distance > worst.distance) worst = { place, distance }
    if (Number.isNaN(distance)) return { place, distance: Number.POSITIVE_INFINITY }
  }
  return worst
}

function indexOf(place: number, shape: readonly number[]): number[] {
  const index: number[] = []
  for (const size of shape.toReversed()) {
    index.unshift(place % size)
    place = Math.floor(place / size)
  }
  return index
}
