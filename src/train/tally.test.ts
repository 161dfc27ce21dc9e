import assert from 'node:assert/strict'
import { test } from 'node:test'
import { binaryCrossEntropy, softmaxCrossEntropy } from '../core/index.ts'
import { meanAuroc, tally } from './tally.ts'

const binary = binaryCrossEntropy()
const softmax = softmaxCrossEntropy()

test('a tally weighs batches by their labels', () => {
  const sum = tally(binary, 1)
  sum.add(1, Float32Array.of(2, -2), Float32Array.of(1, 1), Float32Array.of(1, 1))
  sum.add(4, Float32Array.of(0, 5), Float32Array.of(1, 0), Float32Array.of(1, 0))
  assert.equal(sum.loss, 2)
  assert.equal(sum.accuracy, 2 / 3)
})

test('a tally of a softmax cross-entropy weighs batches by their films, and counts the likeliest class', () => {
  const sum = tally(softmax, 3)
  const [right, wrong, unknown] = [
    [1, 3, 2],
    [-1, -3, -2],
    [9, 0, 0],
  ] as const
  const truth = [0, 1, 0]
  const mask = [1, 1, 1, 1, 1, 1, 1, 0, 1]
  sum.add(
    1,
    Float32Array.of(...right, ...wrong, ...unknown),
    Float32Array.of(...truth, ...truth, ...truth),
    Float32Array.from(mask),
  )
  sum.add(4, Float32Array.of(...right), Float32Array.from(truth), Float32Array.of(1, 1, 1))
  assert.equal(sum.loss, 2)
  assert.equal(sum.accuracy, 2 / 3)
})

test('the mean AUROC leaves out what is masked and classes with one side', () => {
  // Class 1: 2 of 2 pairs in order without the masked last row. Class 2: positives only.
  const logits = Float32Array.of(3, 0, 1, 0, 0, 0, -9, 0)
  const labels = Float32Array.of(1, 1, 0, 1, 0, 1, 1, 1)
  const mask = Float32Array.of(1, 1, 1, 1, 1, 1, 0, 1)
  assert.equal(meanAuroc(binary, logits, { count: 4, labels, mask }), 1)
  const one = { count: 1, labels: Float32Array.of(1), mask: Float32Array.of(1) }
  assert.equal(meanAuroc(binary, Float32Array.of(1), one), null)
})

test('the mean AUROC of a softmax cross-entropy ranks classes against the others, whatever is added to all logits of a film', () => {
  // The same answers as [2, 0], [1, 0], [-1, 0], each film with an offset of its own that a plain ranking would fall for.
  const logits = Float32Array.of(2 - 50, -50, 1 + 3, 3, -1 + 90, 90)
  const labels = Float32Array.of(1, 0, 1, 0, 0, 1)
  const all = { count: 3, labels, mask: new Float32Array(6).fill(1) }
  assert.equal(meanAuroc(softmax, logits, all), 1)
  assert.notEqual(meanAuroc(binary, logits, all), 1)
})
