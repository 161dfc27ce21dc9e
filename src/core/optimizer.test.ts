import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adam, adamw, completeOptimizer, optimizerSlots, rmsprop, sgd } from './optimizer.ts'

test('the makers give plain data', () => {
  assert.deepEqual(sgd({ momentum: 0.9, nesterov: true }), { kind: 'sgd', momentum: 0.9, nesterov: true })
  assert.deepEqual(adam(), { kind: 'adam' })
  assert.deepEqual(adam({ beta1: 0.8, epsilon: 1e-7 }), { kind: 'adam', beta1: 0.8, epsilon: 1e-7 })
  assert.deepEqual(rmsprop({ alpha: 0.9 }), { kind: 'rmsprop', alpha: 0.9 })
})

test('adamw() decays weights by 0.01 unless told otherwise, as PyTorch does', () => {
  assert.deepEqual(adamw(), { kind: 'adamw', weightDecay: 0.01 })
  assert.deepEqual(adamw({ weightDecay: 0 }), { kind: 'adamw', weightDecay: 0 })
})

test('the makers refuse numbers with which nothing would converge', () => {
  assert.throws(() => sgd({ momentum: 1 }), /momentum is 1, wanted 0 ≤ momentum < 1/)
  assert.throws(() => sgd({ nesterov: true }), /nesterov looks ahead along the momentum, and momentum is 0/)
  assert.throws(() => adam({ beta1: -0.1 }), RangeError)
  assert.throws(() => adam({ beta2: Number.NaN }), RangeError)
  assert.throws(() => adam({ epsilon: 0 }), RangeError)
  assert.throws(() => adamw({ weightDecay: -1 }), RangeError)
  assert.throws(() => rmsprop({ alpha: 1 }), RangeError)
})

test('an optimizer remembers what its kind needs and nothing else', () => {
  assert.deepEqual(optimizerSlots(sgd()), [])
  assert.deepEqual(optimizerSlots(sgd({ momentum: 0.9 })), ['momentum'])
  assert.deepEqual(optimizerSlots(adam({ amsgrad: true })), ['m', 'v', 'vmax'])
  assert.deepEqual(optimizerSlots(rmsprop({ momentum: 0.5 })), ['v', 'momentum'])
})

test('parameters of fewer than two axes are spared from decay when asked for', () => {
  const spares = adamw({ weightDecay: 0.1, decayBiases: false })
  assert.equal(completeOptimizer(spares, [64, 3, 3, 3]).weightDecay, 0.1)
  assert.equal(completeOptimizer(spares, [1, 1024]).weightDecay, 0.1)
  assert.equal(completeOptimizer(spares, [64]).weightDecay, 0)
  assert.equal(completeOptimizer({ kind: 'adamw' }, [64]).weightDecay, 0.01)
})
