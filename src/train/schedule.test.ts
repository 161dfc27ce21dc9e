import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { rateAt } from './schedule.ts'

const length = { steps: 10, epochs: 5 }

test('a constant schedule gives the same rate at every step', () => {
  assert.equal(rateAt({ kind: 'constant', rate: 0.1 }, 0, length), 0.1)
  assert.equal(rateAt({ kind: 'constant', rate: 0.1 }, 999, length), 0.1)
})

test('a cosine falls from its rate through the middle to its floor', () => {
  const schedule = { kind: 'cosine', rate: 1, floor: 0.2 } as const
  assert.equal(rateAt(schedule, 0, length), 1)
  assert.ok(Math.abs(rateAt(schedule, 25, length) - 0.6) < 1e-12)
  assert.equal(rateAt(schedule, 50, length), 0.2)
  assert.equal(rateAt(schedule, 80, length), 0.2)
})

test('warm-up rises in a straight line over its epochs and reaches the rate', () => {
  const schedule = { kind: 'cosine', rate: 1, warmUp: 2 } as const
  assert.equal(rateAt(schedule, 0, length), 1 / 20)
  assert.equal(rateAt(schedule, 9, length), 0.5)
  assert.equal(rateAt(schedule, 19, length), 1)
  assert.equal(rateAt(schedule, 20, length), 1)
})

test('a rate is never above its highest nor below zero', () => {
  fc.assert(
    fc.property(fc.nat(200), fc.double({ min: 0, max: 6, noNaN: true }), (step, warmUp) => {
      const rate = rateAt({ kind: 'cosine', rate: 0.3, warmUp }, step, length)
      return rate >= 0 && rate <= 0.3
    }),
  )
})
