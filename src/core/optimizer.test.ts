import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adam, adamw, sgd } from './optimizer.ts'

test('the makers give plain data', () => {
  assert.deepEqual(sgd({ momentum: 0.9 }), { kind: 'sgd', momentum: 0.9 })
  assert.deepEqual(adam(), { kind: 'adam' })
  assert.deepEqual(adam({ beta1: 0.8, epsilon: 1e-7 }), { kind: 'adam', beta1: 0.8, epsilon: 1e-7 })
})

test('adamw() decays weights by 0.01 unless told otherwise, as PyTorch does', () => {
  assert.deepEqual(adamw(), { kind: 'adamw', weightDecay: 0.01 })
  assert.deepEqual(adamw({ weightDecay: 0 }), { kind: 'adamw', weightDecay: 0 })
})

test('the makers refuse numbers with which nothing would converge', () => {
  assert.throws(() => sgd({ momentum: 1 }), /momentum is 1, wanted 0 ≤ momentum < 1/)
  assert.throws(() => adam({ beta1: -0.1 }), RangeError)
  assert.throws(() => adam({ beta2: Number.NaN }), RangeError)
  assert.throws(() => adam({ epsilon: 0 }), RangeError)
  assert.throws(() => adamw({ weightDecay: -1 }), RangeError)
})
