import assert from 'node:assert/strict'
import { test } from 'node:test'
import { meanAuroc, tally } from './tally.ts'

test('a tally weighs batches by their labels', () => {
  const sum = tally()
  sum.add(1, Float32Array.of(2, -2), Float32Array.of(1, 1), Float32Array.of(1, 1))
  sum.add(4, Float32Array.of(0, 5), Float32Array.of(1, 0), Float32Array.of(1, 0))
  assert.equal(sum.loss, 2)
  assert.equal(sum.accuracy, 2 / 3)
})

test('the mean AUROC leaves out what is masked and classes with one side', () => {
  // Class 1: 2 of 2 pairs in order without the masked last row. Class 2: positives only.
  const logits = Float32Array.of(3, 0, 1, 0, 0, 0, -9, 0)
  const labels = Float32Array.of(1, 1, 0, 1, 0, 1, 1, 1)
  const mask = Float32Array.of(1, 1, 1, 1, 1, 1, 0, 1)
  assert.equal(meanAuroc(logits, { count: 4, labels, mask }), 1)
  assert.equal(meanAuroc(Float32Array.of(1), { count: 1, labels: Float32Array.of(1), mask: Float32Array.of(1) }), null)
})
