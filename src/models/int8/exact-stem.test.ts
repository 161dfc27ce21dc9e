import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { float32, floats } from '../../core/index.ts'
import { exactFilters } from './exact-stem.ts'

const number = fc.integer({ min: -3000, max: 3000 }).map(value => value / 1000)
const cases = fc
  .record({
    filters: fc.integer({ min: 1, max: 3 }),
    size: fc.integer({ min: 1, max: 30 }),
    step: fc.constantFrom(1e-4, 0.002, 1),
  })
  .chain(({ filters, size, step }) =>
    fc.record({
      step: fc.constant(step),
      weight: fc
        .array(number, { minLength: filters * size, maxLength: filters * size })
        .map(values => float32([filters, size, 1, 1], values)),
      bias: fc.array(number, { minLength: filters, maxLength: filters }).map(values => float32([filters], values)),
    }),
  )

test('no sum of products of a stem passes 2²⁴, so float32 holds each of them exactly in any order', () => {
  fc.assert(
    fc.property(cases, ({ weight, bias, step }) => {
      const exact = exactFilters(weight, bias, step)
      const [filters = 1, size = 1] = weight.shape
      for (let f = 0; f < filters; f++) {
        const filter = floats(exact.weight).subarray(f * size, (f + 1) * size)
        assert.ok(filter.every(Number.isInteger) && Number.isInteger(floats(exact.bias)[f]))
        const most = filter.reduce((sum, value) => sum + Math.abs(value) * 1023, Math.abs(floats(exact.bias)[f]!))
        assert.ok(most <= 2 ** 24, String(most))
      }
    }),
  )
})

test('divided by its divisor a sum is what the convolution gives, to a thousandth of what it could give at most', () => {
  fc.assert(
    fc.property(cases, ({ weight, bias, step }) => {
      const exact = exactFilters(weight, bias, step)
      const [filters = 1, size = 1] = weight.shape
      const input = Array.from({ length: size }, (_, i) => ((i * 389) % 2047) - 1023)
      for (let f = 0; f < filters; f++) {
        const answer = (values: Float32Array, offset: number): number =>
          input.reduce((sum, value, i) => sum + value * values[f * size + i]!, offset)
        const wanted = step * answer(floats(weight), floats(bias)[f]! / step)
        const found = answer(floats(exact.weight), floats(exact.bias)[f]!) / exact.divisors[f]!
        const most = floats(weight)
          .subarray(f * size, (f + 1) * size)
          .reduce((sum, value) => sum + Math.abs(value) * 1023 * step, Math.abs(floats(bias)[f]!))
        assert.ok(Math.abs(found - wanted) <= 2e-3 * most, `${found} and ${wanted}`)
      }
    }),
  )
})
