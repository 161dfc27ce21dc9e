import assert from 'node:assert/strict'
import { test } from 'node:test'
import { positiveWeights } from './class-weights.ts'

// Two classes: 1 of 4 positive; 2 of 3 labelled positive.
const examples = {
  count: 4,
  labels: Float32Array.of(1, 1, 0, 1, 0, 0, 0, 0),
  mask: Float32Array.of(1, 1, 1, 1, 1, 1, 1, 0),
}

test('balanced weights make the positives of a class weigh as much as its negatives, unlabelled examples left out', () => {
  assert.deepEqual(positiveWeights('balanced', examples, 2), [3, 0.5])
})

test('a class with one side only keeps the weight 1', () => {
  const ones = { count: 2, labels: Float32Array.of(1, 1), mask: Float32Array.of(1, 1) }
  assert.deepEqual(positiveWeights('balanced', ones, 1), [1])
})

test('given weights are taken as they are, one for each class', () => {
  assert.deepEqual(positiveWeights([2, 3], examples, 2), [2, 3])
  assert.equal(positiveWeights(undefined, examples, 2), undefined)
  assert.throws(() => positiveWeights([2], examples, 2), /Cannot weigh 2 classes: 1 class weights are given/)
})
