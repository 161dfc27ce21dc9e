import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { adjustRounding, channelVariation, windowVariation } from './adjust-rounding.ts'

const anywhere = (): boolean => true

function errorOf(rounded: Int8Array, wanted: Float64Array, matrix: Float64Array): number {
  const errors = wanted.map((value, i) => rounded[i]! - value)
  return matrix.reduce(
    (sum, m, at) => sum + errors[Math.floor(at / wanted.length)]! * m * errors[at % wanted.length]!,
    0,
  )
}

const windows = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 9, maxLength: 9 })

test('it never adds to the error, and moves no weight by a whole step', () => {
  const variation = windowVariation(3, 3)
  fc.assert(
    fc.property(windows, values => {
      const wanted = Float64Array.from(values)
      const nearest = Int8Array.from(values, Math.round)
      const adjusted = nearest.slice()
      adjustRounding(adjusted, wanted, variation, anywhere)
      const [before, after] = [nearest, adjusted].map(one => errorOf(one, wanted, variation.matrix))
      assert.ok(after! <= before! + 1e-9)
      assert.ok(adjusted.every((value, i) => Math.abs(value - wanted[i]!) <= 1))
    }),
  )
})

test('a window of equal weights keeps its sum, which nearest rounding loses', () => {
  const wanted = new Float64Array(9).fill(10.4)
  const rounded = Int8Array.from(wanted, Math.round)
  adjustRounding(rounded, wanted, windowVariation(3, 3), anywhere)
  const sum = rounded.reduce((total, value) => total + value, 0)
  assert.ok(Math.abs(sum - 93.6) < 1, String(sum))
})

test('channels that vary apart are rounded to the nearest, and what does not fit is left alone', () => {
  const wanted = Float64Array.of(1.4, 1.4, 1.4)
  const apart = Int8Array.of(1, 1, 1)
  adjustRounding(apart, wanted, channelVariation(Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1)), anywhere)
  assert.deepEqual([...apart], [1, 1, 1])
  const [together, held] = [Int8Array.of(1, 1, 1), Int8Array.of(1, 1, 1)]
  const variation = channelVariation(new Float64Array(9).fill(1))
  adjustRounding(together, wanted, variation, anywhere)
  adjustRounding(held, wanted, variation, () => false)
  assert.equal(
    together.reduce((sum, value) => sum + value),
    4,
  )
  assert.deepEqual([...held], [1, 1, 1])
})
