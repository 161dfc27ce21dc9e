import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Film } from '../imaging/index.ts'
import { type Augmentation, type AugmentationDraw, augment, changesNothing, drawAugmentation } from './augmentation.ts'

const still: AugmentationDraw = {
  mirror: false,
  zoom: 1,
  radians: 0,
  shiftX: 0,
  shiftY: 0,
  brightness: 0,
  contrast: 1,
}

/** A film whose pixels are all different. */
function ramp(width: number, height: number): Film {
  return { width, height, pixels: Uint16Array.from({ length: width * height }, (_, i) => i * 100) }
}

test('augmentation is nothing when it is absent, empty or zero', () => {
  assert.ok(changesNothing(undefined))
  assert.ok(changesNothing({}))
  assert.ok(changesNothing({ rotate: 0, flip: false }))
  assert.ok(!changesNothing({ flip: true }))
})

test('a draw without changes returns the film itself', () => {
  const film = ramp(5, 4)
  assert.equal(augment(film, drawAugmentation({}, { seed: 1, film: 2, epoch: 3 })), film)
})

test('a quarter turn moves the corners clockwise', () => {
  const turned = augment(ramp(4, 4), { ...still, radians: Math.PI / 2 })
  // The lower left corner (row 3, column 0) comes up to the left.
  assert.equal(turned.pixels[0], 1200)
  assert.equal(turned.pixels[3], 0)
})

test('a mirror swaps left and right exactly, and twice gives the film back', () => {
  const film = ramp(5, 3)
  const mirrored = augment(film, { ...still, mirror: true })
  assert.deepEqual([...mirrored.pixels.slice(0, 5)], [400, 300, 200, 100, 0])
  assert.deepEqual(augment(mirrored, { ...still, mirror: true }), film)
})

test('a shift by whole pixels copies, and fills what is new with the median of the border', () => {
  const film: Film = { width: 4, height: 4, pixels: new Uint16Array(16).fill(7) }
  film.pixels[5] = 1000
  const shifted = augment(film, { ...still, shiftX: 0.25, shiftY: 0.25 })
  assert.equal(shifted.pixels[10], 1000)
  assert.equal(shifted.pixels[0], 7)
  assert.equal(film.pixels[5], 1000, 'the film itself is not changed')
})

test('a zoom by two halves the way between neighbours', () => {
  const film: Film = { width: 3, height: 1, pixels: Uint16Array.of(0, 100, 200) }
  assert.deepEqual([...augment(film, { ...still, zoom: 2 }).pixels], [50, 100, 150])
})

test('contrast spreads about the mean, brightness adds, and both stop at black and white', () => {
  const film: Film = { width: 2, height: 1, pixels: Uint16Array.of(20000, 40000) }
  assert.deepEqual([...augment(film, { ...still, contrast: 2 }).pixels], [10000, 50000])
  assert.deepEqual([...augment(film, { ...still, brightness: 0.5 }).pixels], [52768, 65535])
})

test('draws stay in their ranges, repeat with seed, film and epoch, and do not disturb each other', () => {
  const ranges: Augmentation = { rotate: 10, shift: 0.1, scale: 0.2, brightness: 0.3, contrast: 0.4 }
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.nat(), (seed, film, epoch) => {
      const place = { seed, film, epoch }
      const draw = drawAugmentation(ranges, place)
      assert.ok(Math.abs(draw.radians) <= (10 * Math.PI) / 180)
      assert.ok(Math.abs(draw.shiftX) <= 0.1 && Math.abs(draw.shiftY) <= 0.1)
      assert.ok(Math.abs(draw.zoom - 1) <= 0.2 && Math.abs(draw.brightness) <= 0.3)
      assert.equal(draw.mirror, false)
      assert.deepEqual(drawAugmentation(ranges, place), draw)
      assert.equal(drawAugmentation({ contrast: 0.4 }, place).contrast, draw.contrast)
    }),
  )
})
