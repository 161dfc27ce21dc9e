import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { random } from '../../core/index.ts'
import { valueHistogram } from './histogram.ts'
import { type Range, uint8Form } from './range.ts'

const numbers = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 }), { minLength: 1 })

test('the whole range is the least and the largest number, in whatever batches they come', () => {
  fc.assert(
    fc.property(numbers, fc.integer({ min: 1, max: 7 }), (values, batch) => {
      const histogram = valueHistogram()
      for (let i = 0; i < values.length; i += batch) histogram.add(Float32Array.from(values.slice(i, i + batch)))
      assert.equal(histogram.whole.low, Math.min(...values.map(Math.fround)))
      assert.equal(histogram.whole.high, Math.max(...values.map(Math.fround)))
    }),
  )
})

/** Mean squared error of holding numbers in 255 steps of a range. */
function measuredError(values: Float32Array, range: Range): number {
  const { scale, zeroPoint } = uint8Form(range)
  let sum = 0
  for (const value of values) {
    const whole = Math.min(255, Math.max(0, Math.round(value / scale) + zeroPoint))
    sum += (scale * (whole - zeroPoint) - value) ** 2
  }
  return sum / values.length
}

test('the best range loses less than the whole where numbers thin out slowly, and no more elsewhere', () => {
  const draw = random(1)
  const normal = Float32Array.from({ length: 20000 }, () => draw.normal())
  const even = valueHistogram()
  even.add(normal)
  assert.ok(measuredError(normal, even.best) <= measuredError(normal, even.whole) * 1.001)
  const cubes = normal.map(value => value ** 3)
  const slow = valueHistogram()
  slow.add(cubes)
  assert.ok(measuredError(cubes, slow.best) < measuredError(cubes, slow.whole) * 0.98)
})

test('a share of the largest numbers can be left out', () => {
  const histogram = valueHistogram()
  histogram.add(Float32Array.from({ length: 10000 }, (_, i) => (i < 9990 ? (i % 100) / 100 : -50)))
  assert.deepEqual(histogram.whole.low, -50)
  assert.ok(histogram.without(0.002).low > -1 - 1 / 64)
})

test('a form holds zero exactly, and both ends to half a step', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -50, max: 50, noNaN: true }),
      fc.double({ min: -50, max: 50, noNaN: true }),
      (a, b) => {
        const range = { low: Math.min(a, b), high: Math.max(a, b) }
        const { scale, zeroPoint } = uint8Form(range)
        assert.ok(Number.isInteger(zeroPoint) && zeroPoint >= 0 && zeroPoint <= 255)
        assert.ok(scale * (255 - zeroPoint) >= range.high - scale * 0.51)
        assert.ok(-scale * zeroPoint <= range.low + scale * 0.51)
      },
    ),
  )
})
