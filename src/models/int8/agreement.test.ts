import assert from 'node:assert/strict'
import test from 'node:test'
import { spreadError } from './agreement.ts'

test('features differ by what changes from film to film, against what float32 tells films apart by', () => {
  const plain = Float64Array.of(1, 100, 3, 300, 5, 500)
  const shifted = plain.map(value => value + 7)
  assert.equal(spreadError(plain, shifted, 3), 0)
  const stretched = plain.map((value, i) => (i % 2 === 0 ? value * 1.3 : value * 0.6))
  assert.ok(Math.abs(spreadError(plain, stretched, 3) - Math.sqrt((0.3 ** 2 + 0.4 ** 2) / 2)) < 1e-12)
})

test('a channel that is the same for all films says nothing', () => {
  const plain = Float64Array.of(1, 2, 1, 4)
  assert.equal(spreadError(plain, Float64Array.of(1, 2, 9, 4), 2), 0)
})

test('a channel that is nearly dead is lost, and no worse', () => {
  const plain = Float64Array.of(1, 2, 1.0001, 4)
  const noisy = Float64Array.of(1, 2, 9, 4)
  assert.equal(spreadError(plain, noisy, 2), Math.sqrt(1 / 2))
})
