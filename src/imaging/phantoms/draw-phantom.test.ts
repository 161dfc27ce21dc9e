import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../core/index.ts'
import { drawAcquisition } from './acquisition.ts'
import { drawAnatomy } from './anatomy.ts'
import type { Box } from './boxes.ts'
import { commonScanner } from './develop.ts'
import { type DrawnFilm, drawPhantom, type FilmPlan } from './draw-phantom.ts'

const size = 128

function plan(patient: number, changes: Partial<FilmPlan> = {}): FilmPlan {
  return {
    anatomy: drawAnatomy(1, patient),
    acquisition: drawAcquisition(random(1, 'test', patient), patient % 2 === 0 ? 'AP' : 'PA'),
    pneumonia: true,
    others: [],
    plate: false,
    scanner: commonScanner,
    ...changes,
  }
}

const drawn = Array.from({ length: 24 }, (_, i) => drawPhantom(plan(i + 1), size))

function pixelsIn({ x, y, width, height }: Box): number[] {
  return Array.from({ length: width * height }, (_, i) => (y + Math.floor(i / width)) * size + x + (i % width))
}

test('boxes lie within the film and mostly on lung', () => {
  for (const { boxes, lungs } of drawn) {
    for (const box of boxes) {
      assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= size && box.y + box.height <= size)
      const inside = pixelsIn(box)
      const onLung = inside.filter(index => lungs[index]! > 0.5).length / inside.length
      assert.ok(onLung > 0.5, `only ${onLung} of a box is lung`)
    }
  }
})

test('an opacity changes the film in its lung and nowhere else, and only brightens', () => {
  for (let i = 0; i < drawn.length; i++) {
    const { film, lungs } = drawn[i]!
    const { film: well } = drawPhantom(plan(i + 1, { pneumonia: false }), size)
    film.pixels.forEach((value, index) => {
      const before = well.pixels[index]!
      // Blur carries a little over the lung's edge.
      if (value !== before) assert.ok(isNearLung(lungs, index), `pixel ${index} changed outside of the lungs`)
      assert.ok(value >= before - 257, `pixel ${index} darkened from ${before} to ${value}`)
    })
  }
})

function isNearLung(lungs: Float32Array, index: number): boolean {
  for (let dy = -2; dy <= 2; dy++) {
    for (let dx = -2; dx <= 2; dx++) if ((lungs[index + dy * size + dx] ?? 0) > 0) return true
  }
  return false
}

test('some opacities are plain and some can hardly be seen', () => {
  const contrasts = Array.from({ length: 60 }, (_, i) => {
    const ill = drawPhantom(plan(i + 1), 64).film.pixels
    const well = drawPhantom(plan(i + 1, { pneumonia: false }), 64).film.pixels
    return ill.reduce((most, value, index) => Math.max(most, value - well[index]!), 0) / 257
  }).sort((a, b) => a - b)
  assert.ok(contrasts[0]! < 12, `the faintest adds ${contrasts[0]} of 255`)
  assert.ok(contrasts[30]! > 25, `the median adds ${contrasts[30]} of 255`)
})

test('lungs are darker than what lies between them', () => {
  for (const { film, lungs } of drawn) {
    const lung = meanWhere(film.pixels, index => lungs[index]! > 0.9)
    const middle = meanWhere(film.pixels, isMiddle)
    assert.ok(middle - lung > 30 * 257, `lungs at ${lung / 257}, the middle at ${middle / 257}`)
    const share = lungs.reduce((sum, value) => sum + value, 0) / lungs.length
    assert.ok(share > 0.15 && share < 0.45, `lungs take ${share} of the film`)
  }
})

function isMiddle(index: number): boolean {
  const row = Math.floor(index / size)
  return Math.abs((index % size) - size / 2) < 0.03 * size && row > 0.45 * size && row < 0.6 * size
}

function meanWhere(pixels: Uint16Array, wanted: (index: number) => boolean): number {
  let sum = 0
  let count = 0
  pixels.forEach((value, index) => {
    if (!wanted(index)) return
    sum += value
    count++
  })
  return sum / count
}

test('the heart is wider on a bed than on a stand', () => {
  const width = (view: 'AP' | 'PA'): number => {
    const acquisition = { ...drawAcquisition(random(1, 'same'), view), noise: 0, pose: upright }
    return heartWidth(drawPhantom(plan(3, { acquisition, pneumonia: false }), size))
  }
  assert.ok(width('AP') > width('PA') * 1.08, `${width('AP')} and ${width('PA')} pixels`)
})

const upright = { angle: 0, scale: 1, shiftX: 0, shiftY: 0 }

/** The widest row between the lungs' inner dark parts, at the height of the heart. */
function heartWidth({ film }: DrawnFilm): number {
  let widest = 0
  for (let y = Math.round(0.5 * size); y < 0.66 * size; y++) {
    let left = size / 2
    let right = size / 2
    while (film.pixels[y * size + left]! > 45000 && left > 0) left--
    while (film.pixels[y * size + right]! > 45000 && right < size) right++
    if (right - left < size * 0.6) widest = Math.max(widest, right - left)
  }
  return widest
}

test('the same patient has the same body on a second film', () => {
  assert.deepEqual(drawAnatomy(5, 9), drawAnatomy(5, 9))
  assert.notDeepEqual(drawAnatomy(5, 9), drawAnatomy(5, 10))
})

test('a film can be drawn at any size, with the boxes at the same place', () => {
  const small = drawPhantom(plan(2), 96)
  const large = drawPhantom(plan(2), 192)
  assert.equal(small.boxes.length, large.boxes.length)
  small.boxes.forEach((box, i) => {
    assert.ok(Math.abs(2 * box.x - large.boxes[i]!.x) <= 8)
    assert.ok(Math.abs(2 * box.y - large.boxes[i]!.y) <= 8)
  })
})
