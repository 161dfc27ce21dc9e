import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { plainBatches, shuffledBatches } from './batches.ts'

test('the batches of an epoch hold every example once', () => {
  fc.assert(
    fc.property(fc.nat(60), fc.integer({ min: 1, max: 17 }), fc.nat(), (count, size, seed) => {
      const batches = shuffledBatches({ count, size, seed, epoch: 3 })
      const all = batches.flat().sort((a, b) => a - b)
      assert.deepEqual(all, plainBatches(count, size).flat())
      assert.ok(batches.slice(0, -1).every(batch => batch.length === size))
    }),
  )
})

test('the order repeats with its seed and changes with the epoch', () => {
  const first = shuffledBatches({ count: 40, size: 8, seed: 7, epoch: 0 })
  assert.deepEqual(shuffledBatches({ count: 40, size: 8, seed: 7, epoch: 0 }), first)
  assert.notDeepEqual(shuffledBatches({ count: 40, size: 8, seed: 7, epoch: 1 }), first)
  assert.notDeepEqual(shuffledBatches({ count: 40, size: 8, seed: 8, epoch: 0 }), first)
})
