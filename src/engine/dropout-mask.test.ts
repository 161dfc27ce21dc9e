import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawMask } from './dropout-mask.ts'

const place = { seed: 1, input: 'dropout/0', rate: 0.5, step: 3 }
const length = 100_001

for (const rate of [0.5, 0.25, 0.1875, 3 / 256, 0.3]) {
  test(`a mask drops its share, ${rate}, and scales the rest, so that the mean stays 1`, () => {
    const mask = drawMask(new Float32Array(length), { ...place, rate })
    const dropped = mask.filter(value => value === 0).length / length
    const spread = Math.sqrt((rate * (1 - rate)) / length)
    assert.ok(Math.abs(dropped - rate) < 4 * spread, `${dropped} is dropped`)
    const kept = [...new Set(mask)].filter(value => value !== 0)
    assert.equal(kept.length, 1)
    assert.ok(Math.abs(kept[0]! * (1 - rate) - 1) < 2e-5, `the rest is ${kept[0]}`)
  })
}

test('neighbours in a mask, which share a random word, do not depend on each other', () => {
  const mask = drawMask(new Float32Array(length), place)
  for (const distance of [1, 2, 16, 31, 32]) {
    const pairs = mask.subarray(distance).filter((value, i) => value === 0 && mask[i] === 0).length
    assert.ok(Math.abs(pairs / length - 0.25) < 0.007, `${pairs / length} pairs at distance ${distance}`)
  }
})

test('masks repeat with seed, input and step and differ between them', () => {
  const draw = (changes: Partial<typeof place>): Float32Array =>
    drawMask(new Float32Array(500).fill(7), { ...place, ...changes })
  assert.deepEqual(draw({}), draw({}))
  for (const changes of [{ seed: 2 }, { input: 'dropout/1' }, { step: 4 }]) assert.notDeepEqual(draw(changes), draw({}))
})

test('a rate of 0 keeps everything', () => {
  assert.ok(drawMask(new Float32Array(100), { ...place, rate: 0 }).every(value => value === 1))
})
