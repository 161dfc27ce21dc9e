import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tensor } from '../../core/index.ts'
import { fromTensor } from './array.ts'
import { roundToHalf } from './round-to-half.ts'

/** Every finite float16 from 0 on, in order, from its bits. */
const halves = fromTensor(
  tensor(
    'float16',
    [0x7c00],
    Uint16Array.from({ length: 0x7c00 }, (_, bits) => bits),
  ),
).data

test('every float16 stays as it is, and what lies between two goes to the nearer, halves to the even one', () => {
  for (const [bits, value] of halves.entries()) {
    assert.equal(roundToHalf(value), value)
    assert.equal(roundToHalf(-value), -value)
    const next = halves[bits + 1]
    if (next === undefined) continue
    const gap = next - value
    assert.equal(roundToHalf(value + gap * 0.49), value)
    assert.equal(roundToHalf(value + gap * 0.51), next)
    assert.equal(roundToHalf(value + gap / 2), bits % 2 === 0 ? value : next)
  }
})

test('what float16 cannot hold is infinite, and no number stays none', () => {
  assert.equal(roundToHalf(65519.99), 65504)
  assert.equal(roundToHalf(65520), Number.POSITIVE_INFINITY)
  assert.equal(roundToHalf(-1e9), Number.NEGATIVE_INFINITY)
  assert.equal(roundToHalf(Number.NaN), Number.NaN)
})
