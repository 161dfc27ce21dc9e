import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bestEpoch } from './best-epoch.ts'

test('only a lower loss is better, and NaN never is', () => {
  const best = bestEpoch(2)
  assert.deepEqual(
    [3, 2, 2, Number.NaN, 1].map((loss, i) => best.see(i + 1, loss)),
    [true, true, false, false, true],
  )
  assert.equal(best.epoch, 5)
})

test('patience ends so many epochs after the best one', () => {
  const best = bestEpoch(2)
  best.see(1, 1)
  best.see(2, 2)
  assert.ok(!best.outOfPatience(2))
  best.see(3, 2)
  assert.ok(best.outOfPatience(3))
})
