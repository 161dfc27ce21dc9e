import assert from 'node:assert/strict'
import { test } from 'node:test'
import { floats } from '../core/index.ts'
import { contract } from './contract.ts'
import { normalise, tensorOf } from './tensor-of.ts'

const film = { width: 2, height: 2, pixels: Uint16Array.from([0, 65535, 13107, 52428]) }

test('normalise() spans the range', () => {
  const close = (found: Float32Array, wanted: readonly number[]): void => {
    assert.equal(found.length, wanted.length)
    wanted.forEach((value, i) => {
      assert.ok(Math.abs(found[i]! - value) <= 1e-5 * Math.max(1, Math.abs(value)), `${found[i]} instead of ${value}`)
    })
  }
  close(normalise(film, contract({ size: 2, channels: 1 })), [0, 1, 0.2, 0.8])
  close(normalise(film, contract({ size: 2, channels: 1, range: [-1, 1] })), [-1, 1, -0.6, 0.6])
  close(normalise(film, contract({ size: 2, channels: 1, range: [1, 0] })), [1, 0, 0.8, 0.2])
  const caffe = contract({ size: 2, order: 'bgr', range: [0, 255], mean: [103.939, 116.779, 123.68] })
  close(normalise(film, caffe).subarray(0, 2), [-103.939, 151.061])
  close(normalise(film, caffe).subarray(8, 10), [-123.68, 131.32])
  const torch = contract({ size: 2, mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] })
  close(normalise(film, torch).subarray(4, 6), [-0.456 / 0.224, 0.544 / 0.224])
})

test('normalise() writes at the offset and nowhere else', () => {
  const into = new Float32Array(6).fill(9)
  assert.equal(normalise(film, contract({ size: 2, channels: 1 }), into, 1), into)
  assert.deepEqual([into[0], into[1], into[5]], [9, 0, 9])
})

test('normalise() refuses a film of another size', () => {
  assert.throws(() => normalise(film, contract({ size: 3 })), RangeError)
})

test('tensorOf() puts films one after the other, and a film means the same alone and in a batch', async () => {
  const other = { width: 3, height: 1, pixels: Uint16Array.from([1, 2, 60000]) }
  const wanted = contract({ size: 4, fit: 'pad' })
  const both = await tensorOf([film, other], wanted)
  assert.deepEqual(both.shape, [2, 3, 4, 4])
  assert.deepEqual(floats(both).subarray(48), floats(await tensorOf([other], wanted)))
  assert.deepEqual((await tensorOf([], wanted)).shape, [0, 3, 4, 4])
})
