import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Film } from '../imaging/index.ts'
import { augmentFilm } from './augment-film.ts'
import { type AugmentationDraw, drawAugmentation } from './augmentation.ts'
import { changeOf } from './change.ts'

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

test('a draw without changes returns the film itself', () => {
  const film = ramp(5, 4)
  assert.equal(augmentFilm(film, changeOf(film, drawAugmentation({}, { seed: 1, film: 2, epoch: 3 }))), film)
})

/** Pixels to the tenth of a grey level. */
function levels(film: Film, draw: Partial<AugmentationDraw>): readonly number[] {
  return Array.from(
    augmentFilm(film, changeOf(film, { ...still, ...draw })).pixels,
    value => Math.round(value * 10) / 10,
  )
}

test('a quarter turn moves the corners clockwise', () => {
  const turned = levels(ramp(4, 4), { radians: Math.PI / 2 })
  // The lower left corner (row 3, column 0) comes up to the left.
  assert.equal(turned[0], 1200)
  assert.equal(turned[3], 0)
})

test('a mirror swaps left and right exactly', () => {
  const film = ramp(5, 3)
  assert.deepEqual(levels(film, { mirror: true }).slice(0, 5), [400, 300, 200, 100, 0])
  assert.equal(film.pixels[0], 0, 'the film itself is not changed')
})

test('a shift by whole pixels copies, and fills what is new with the median of the border', () => {
  const film: Film = { width: 4, height: 4, pixels: new Uint16Array(16).fill(7) }
  film.pixels[5] = 1000
  const shifted = levels(film, { shiftX: 0.25, shiftY: 0.25 })
  assert.equal(shifted[10], 1000)
  assert.equal(shifted[0], 7)
})

test('the median of a border is the mean of the two in its middle', () => {
  const film: Film = { width: 2, height: 2, pixels: Uint16Array.of(10, 900, 20, 40) }
  assert.deepEqual(levels(film, { shiftX: 1 }), [30, 30, 30, 30])
})

test('a zoom by two halves the way between neighbours', () => {
  const film: Film = { width: 3, height: 1, pixels: Uint16Array.of(0, 100, 201) }
  assert.deepEqual(levels(film, { zoom: 2 }), [50, 100, 150.5])
})

test('contrast spreads about the mean, brightness adds, and both stop at black and white', () => {
  const film: Film = { width: 2, height: 1, pixels: Uint16Array.of(20000, 40000) }
  assert.deepEqual(levels(film, { contrast: 2 }), [10000, 50000])
  assert.deepEqual(levels(film, { brightness: 0.5 }), [52767.5, 65535])
  assert.deepEqual(levels(film, { brightness: -0.5 }), [0, 7232.5])
})

test('a buffer that is handed in takes the pixels', () => {
  const into = new Float32Array(15)
  const film = ramp(5, 3)
  assert.equal(augmentFilm(film, changeOf(film, { ...still, mirror: true }), into).pixels, into)
  assert.equal(into[0], 400)
})
