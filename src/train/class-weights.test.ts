import assert from 'node:assert/strict'
import { test } from 'node:test'
import { binaryCrossEntropy, softmaxCrossEntropy } from '../core/index.ts'
import { classWeightsOf } from './class-weights.ts'

const binary = binaryCrossEntropy()

// Two classes: 1 of 4 positive; 2 of 3 labelled positive.
const examples = {
  count: 4,
  labels: Float32Array.of(1, 1, 0, 1, 0, 0, 0, 0),
  mask: Float32Array.of(1, 1, 1, 1, 1, 1, 1, 0),
}

test('balanced weights make the positives of a class weigh as much as its negatives, unlabelled examples left out', () => {
  assert.deepEqual(classWeightsOf('balanced', binary, examples, 2), [3, 0.5])
})

test('a class with one side only keeps the weight 1', () => {
  const ones = { count: 2, labels: Float32Array.of(1, 1), mask: Float32Array.of(1, 1) }
  assert.deepEqual(classWeightsOf('balanced', binary, ones, 1), [1])
})

test('balanced weights of classes that exclude each other make all classes weigh the same', () => {
  const exclusive = {
    count: 5,
    labels: Float32Array.of(1, 0, 1, 0, 1, 0, 0, 1, 1, 0),
    mask: Float32Array.of(1, 1, 1, 1, 1, 1, 1, 1, 0, 1),
  }
  assert.deepEqual(classWeightsOf('balanced', softmaxCrossEntropy(), exclusive, 2), [4 / 6, 4 / 2])
  const never = { count: 1, labels: Float32Array.of(1, 0), mask: Float32Array.of(1, 1) }
  assert.deepEqual(classWeightsOf('balanced', softmaxCrossEntropy(), never, 2), [0.5, 1])
})

test('given weights are taken as they are, one for each class', () => {
  assert.deepEqual(classWeightsOf([2, 3], binary, examples, 2), [2, 3])
  assert.equal(classWeightsOf(undefined, binary, examples, 2), undefined)
  assert.throws(() => classWeightsOf([2], binary, examples, 2), /Cannot weigh 2 classes: 1 class weights are given/)
})
