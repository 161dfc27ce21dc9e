import assert from 'node:assert/strict'
import { test } from 'node:test'
import { floats } from '../core/index.ts'
import { dropoutMasks, openMasks } from './dropout.ts'

const mask = { input: 'dropout/0', rate: 0.3, shape: ['N', 500] }

test('a mask drops its share and scales the rest, so that the mean stays 1', async () => {
  const masks = await dropoutMasks([mask], { size: 100, seed: 1, step: 0 })
  assert.deepEqual(masks['dropout/0']?.shape, [100, 500])
  const values = floats(masks['dropout/0']!)
  const kept = Math.fround(1 / 0.7)
  assert.ok(values.every(value => value === 0 || value === kept))
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  assert.ok(Math.abs(mean - 1) < 0.01, `the mean is ${mean}`)
})

test('masks repeat with seed and step and differ between steps and places', async () => {
  const at = { size: 4, seed: 1, step: 5 }
  const masks = await dropoutMasks([mask, { ...mask, input: 'dropout/1' }], at)
  assert.deepEqual(await dropoutMasks([mask], at), { 'dropout/0': masks['dropout/0'] })
  assert.notDeepEqual(masks['dropout/1'], masks['dropout/0'])
  assert.notDeepEqual(await dropoutMasks([mask], { ...at, step: 6 }), { 'dropout/0': masks['dropout/0'] })
})

test('open masks keep everything', () => {
  assert.ok(floats(openMasks([mask], 2)['dropout/0']!).every(value => value === 1))
})

test('a mask of unknown width is refused', async () => {
  const unknown = { ...mask, shape: ['N', '?'] }
  await assert.rejects(dropoutMasks([unknown], { size: 1, seed: 1, step: 0 }), /its shape \[N, \?\] is not fixed/)
})
