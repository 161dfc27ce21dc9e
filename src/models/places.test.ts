import assert from 'node:assert/strict'
import test from 'node:test'
import { placesOf } from './places.ts'

test('channels stand where the two equal sizes are not', () => {
  assert.deepEqual(placesOf(['N', 768, 7, 7]), { layout: 'spatial', channels: 768, height: 7, width: 7, extra: 0 })
  assert.deepEqual(placesOf(['N', 7, 7, 768])?.layout, 'channels-last')
  assert.deepEqual(placesOf(['N', 7, 7, 7])?.layout, 'spatial')
})

test('tokens form a square grid, those in front of it belong to no place', () => {
  const extra = (tokens: number): unknown => placesOf(['N', tokens, 768])?.extra
  // Swin, ViT, DeiT with a distillation token, DINOv2 with four registers at 224 pixels.
  assert.deepEqual([49, 197, 198, 261].map(extra), [0, 1, 2, 5])
  assert.deepEqual(placesOf(['N', 197, 768])?.height, 14)
})

test('pooled features, heads of attention and other batches have no places', () => {
  for (const shape of [
    ['N', 768],
    ['N', 768, 1, 1],
    ['N', 1, 1, 768],
    ['N', 12, 197, 64],
    ['N', 1, 768],
    ['N', '?', 768],
  ]) {
    assert.equal(placesOf(shape), undefined, String(shape))
  }
  for (const shape of [
    [1, 768, 7, 7],
    ['64*N', 49, 96],
    [197, 'N', 768],
  ])
    assert.equal(placesOf(shape), undefined)
})

test('what the configuration states counts against the shape', () => {
  assert.deepEqual(placesOf(['N', 7, 7, 768], 'spatial')?.channels, 7)
  assert.deepEqual(placesOf(['N', 6, 5, 8], 'channels-last'), {
    layout: 'channels-last',
    channels: 8,
    height: 6,
    width: 5,
    extra: 0,
  })
  assert.equal(placesOf(['N', 768, 7, 7], 'tokens'), undefined)
  assert.equal(placesOf(['N', 197, 768], 'spatial'), undefined)
})
