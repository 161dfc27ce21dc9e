import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { float32, floats, type Tensor } from '../../core/index.ts'
import { channelVariation, windowVariation } from './adjust-rounding.ts'
import { meanErrors, type Pairing, pairingOf, quantiseFilters } from './filters.ts'

const none = (filters: number): Float64Array => new Float64Array(filters)

const weights: fc.Arbitrary<Tensor> = fc
  .record({
    filters: fc.integer({ min: 1, max: 4 }),
    channels: fc.integer({ min: 1, max: 6 }),
    side: fc.constantFrom(1, 3),
  })
  .chain(({ filters, channels, side }) => {
    const count = filters * channels * side * side
    const number = fc.oneof(fc.constantFrom(-1, 1, 0), fc.double({ min: -1, max: 1, noNaN: true }))
    return fc
      .array(number, { minLength: count, maxLength: count })
      .map(values => float32([filters, channels, side, side], values))
  })

/** All pairs that a kernel may add up in 16 bits, as they meet in memory: place by place, channels next to each other. */
function pairs(weight: Tensor, filter: number): readonly (readonly [number, number])[] {
  const [, channels = 1, side = 1] = weight.shape
  const area = side * side
  const own = (weight.data as Int8Array).subarray(filter * channels * area, (filter + 1) * channels * area)
  const inMemory = Array.from({ length: own.length }, (_, i) => own[(i % channels) * area + Math.floor(i / channels)]!)
  return Array.from({ length: own.length >> 1 }, (_, i) => [inMemory[2 * i]!, inMemory[2 * i + 1]!] as const)
}

test('no two products that meet leave 16 bits, whatever the image', () => {
  fc.assert(
    fc.property(weights, weight => {
      const { weight: rounded } = quantiseFilters(weight, pairingOf(weight, 1), none(weight.shape[0]!))
      for (let f = 0; f < weight.shape[0]!; f++) {
        for (const [a, b] of pairs(rounded, f)) {
          const most = 255 * (Math.max(a, 0) + Math.max(b, 0))
          const least = 255 * (Math.min(a, 0) + Math.min(b, 0))
          assert.ok(most <= 32767 && least >= -32768, `${a} and ${b}`)
        }
      }
    }),
    { numRuns: 1000 },
  )
})

test('each weight is rounded to the nearest step of its filter', () => {
  const pairings: readonly Pairing[] = ['none', 'channels', 'any']
  fc.assert(
    fc.property(weights, fc.constantFrom(...pairings), (weight, pairing) => {
      const even = weight.shape[1]! % 2 === 0
      const { weight: rounded, scales } = quantiseFilters(weight, even ? pairing : 'any', none(weight.shape[0]!))
      const size = floats(weight).length / scales.length
      floats(weight).forEach((value, i) => {
        const scale = scales[Math.floor(i / size)]!
        const error = Math.abs(Number(rounded.data[i]) * scale - value)
        assert.ok(error <= scale * 0.5001, `${value} became ${rounded.data[i]} · ${scale}`)
      })
    }),
  )
})

test('depthwise filters keep all eight bits; neighbours that are both large do not', () => {
  const large = float32([2, 1, 2, 2], [1, 1, 1, 1, -2, 2, 2, 2])
  assert.equal(pairingOf(large, 2), 'none')
  assert.deepEqual(
    [...(quantiseFilters(large, 'none', none(2)).weight.data as Int8Array)],
    [127, 127, 127, 127, -127, 127, 127, 127],
  )
  const neighbours = quantiseFilters(float32([1, 4, 1, 1], [1, 1, -1, 1]), 'channels', none(1))
  assert.deepEqual([...(neighbours.weight.data as Int8Array)], [64, 64, -64, 64])
  const apart = quantiseFilters(float32([1, 4, 1, 1], [1, 0, -1, 1]), 'channels', none(1))
  assert.deepEqual([...(apart.weight.data as Int8Array)], [127, 0, -127, 127])
})

test('a filter of zeros, and one whose bias is large, have a scale that holds them', () => {
  const { weight, scales } = quantiseFilters(
    float32([2, 2, 1, 1], [0, 0, 1e-6, 0]),
    'channels',
    Float64Array.of(0, 0.5),
  )
  assert.deepEqual([...scales], [1, 0.5])
  assert.deepEqual([...(weight.data as Int8Array)], [0, 0, 0, 0])
})

test('a filter of numbers that float32 hardly holds is one of zeros', () => {
  const { weight, scales } = quantiseFilters(float32([1, 2, 1, 1], [3.6e-43, 1e-40]), 'channels', none(1))
  assert.deepEqual([...scales], [1])
  assert.deepEqual([...(weight.data as Int8Array)], [0, 0])
})

test('with what is known of its inputs a filter is rounded anew, and no pair leaves 16 bits', () => {
  const weight = float32([1, 2, 1, 1], [0.4998, 0.4938])
  const alike = channelVariation(new Float64Array(4).fill(1))
  const { weight: rounded } = quantiseFilters(weight, 'channels', none(1), alike)
  assert.ok(pairs(rounded, 0).every(([a, b]) => a + b <= 128))
  fc.assert(
    fc.property(weights, drawn => {
      const channels = drawn.shape[1]!
      const window = drawn.shape[2]!
      const variation =
        window > 1 ? windowVariation(window, window) : channelVariation(new Float64Array(channels ** 2).fill(1))
      const pairing = pairingOf(drawn, 1)
      const made = quantiseFilters(drawn, pairing, none(drawn.shape[0]!), variation)
      for (let f = 0; f < drawn.shape[0]!; f++) {
        for (const [a, b] of pairs(made.weight, f)) {
          assert.ok(
            255 * (Math.max(a, 0) + Math.max(b, 0)) <= 32767 && 255 * (Math.min(a, 0) + Math.min(b, 0)) >= -32768,
          )
        }
      }
    }),
  )
})

test('the mean error is what rounding adds to an image that shows the means', () => {
  const weight = float32([2, 2, 1, 1], [0.3, -0.71, 0.11, 0.9])
  const rounded = quantiseFilters(weight, 'channels', none(2))
  const means = Float64Array.of(2, 5)
  const errors = meanErrors(weight, rounded, 1, means)
  for (let f = 0; f < 2; f++) {
    const of = (values: ArrayLike<number>, scale: number): number =>
      scale * (values[2 * f]! * means[0]! + values[2 * f + 1]! * means[1]!)
    const wanted = of(rounded.weight.data as Int8Array, rounded.scales[f]!) - of(floats(weight), 1)
    assert.ok(Math.abs(errors[f]! - wanted) < 1e-6)
  }
})
