import assert from 'node:assert/strict'
import { test } from 'node:test'
import { binaryCrossEntropy, focal, softmaxCrossEntropy } from './loss.ts'

test('losses are plain data', () => {
  assert.deepEqual(binaryCrossEntropy(), { kind: 'binary-cross-entropy' })
  assert.deepEqual(softmaxCrossEntropy({ smoothing: 0.1 }), { kind: 'softmax-cross-entropy', smoothing: 0.1 })
  assert.deepEqual(focal({ gamma: 1 }), { kind: 'focal', gamma: 1 })
})

test('losses refuse settings that mean nothing', () => {
  assert.throws(() => binaryCrossEntropy({ smoothing: 1 }), /smoothing is 1, wanted 0 ≤ smoothing < 1/)
  assert.throws(() => focal({ gamma: -1 }), /gamma is -1, wanted 0 or more/)
  assert.throws(() => focal({ alpha: Number.NaN }), /alpha is NaN, wanted 0 ≤ alpha ≤ 1/)
})
