import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contract } from './contract.ts'
import { decodeFilm } from './decode-film.ts'
import { type Heat, heatOnFilm, hottest } from './heat.ts'
import { inferno } from './inferno.ts'
import { overlayPng } from './overlay-png.ts'
import { resizeFilm } from './resize-film.ts'

/** A square map that is 1 in one cell. */
function spot(side: number, x: number, y: number): Heat {
  const values = new Float32Array(side * side)
  values[y * side + x] = 1
  return { width: side, height: side, values }
}

test('hottest() gives the centre of the hottest cell in pixels of the film', () => {
  assert.deepEqual(hottest(spot(7, 2, 5), { width: 700, height: 140 }), { x: 250, y: 110, value: 1 })
  assert.deepEqual(hottest({ width: 2, height: 1, values: Float32Array.of(3, 3) }, { width: 8, height: 8 }), {
    x: 2,
    y: 4,
    value: 3,
  })
})

for (const fit of ['stretch', 'pad', 'crop'] as const) {
  for (const [width, height] of [
    [300, 200],
    [200, 300],
    [256, 256],
  ] as const) {
    test(`a bright spot of a ${width} × ${height} film is found again through ${fit}`, async () => {
      // A film with one bright square, resized as for a network, taken as the network's map.
      const place = { x: Math.round(width * 0.42), y: Math.round(height * 0.55) }
      const pixels = Uint16Array.from({ length: width * height }, (_, i) =>
        Math.abs((i % width) - place.x) < 9 && Math.abs(Math.floor(i / width) - place.y) < 9 ? 60000 : 0,
      )
      const film = { width, height, pixels }
      const wanted = contract({ size: 56, fit })
      const seen = await resizeFilm(film, wanted)
      const blurred = await resizeFilm(seen, contract({ size: 14 }))
      const heat = { width: 14, height: 14, values: Float32Array.from(blurred.pixels) }
      const found = hottest(heatOnFilm(heat, film, wanted), film)
      const cell = Math.max(width, height) / 14
      assert.ok(Math.hypot(found.x - place.x, found.y - place.y) < cell, `found at ${found.x}, ${found.y}`)
    })
  }
}

test('what crop cut off has no heat, and the border that pad added is gone', () => {
  const full = { width: 4, height: 4, values: new Float32Array(16).fill(1) }
  const film = { width: 200, height: 100 }
  const cropped = heatOnFilm(full, film, contract({ size: 20, fit: 'crop' }))
  assert.deepEqual([cropped.width, cropped.height], [20, 10])
  assert.deepEqual([...cropped.values.subarray(0, 20)].filter(value => value === 1).length, 10)
  const padded = heatOnFilm(full, film, contract({ size: 20, fit: 'pad' }))
  assert.deepEqual([padded.width, padded.height], [20, 10])
  assert.ok(padded.values.every(value => value === 1))
})

test('overlayPng() draws colour where the heat is and leaves the rest grey', async () => {
  const film = { width: 140, height: 70, pixels: new Uint16Array(9800).fill(100 * 257) }
  const sharp = (await import('sharp')).default
  const { data, info } = await sharp(await overlayPng(film, spot(7, 1, 3)))
    .raw()
    .toBuffer({ resolveWithObject: true })
  assert.deepEqual([info.width, info.height, info.channels], [140, 70, 3])
  const at = (x: number, y: number): number[] => [...data.subarray(3 * (y * 140 + x), 3 * (y * 140 + x) + 3)]
  assert.deepEqual(at(130, 5), [100, 100, 100])
  const [red = 0, , blue = 0] = at(30, 35)
  assert.ok(red > 180 && blue < 100)
})

test('overlayPng() shows the bare film where there is no heat, at most 1024 wide', async () => {
  const film = { width: 2000, height: 500, pixels: new Uint16Array(1e6).fill(50 * 257) }
  const shown = await decodeFilm(await overlayPng(film, { width: 2, height: 2, values: new Float32Array(4) }))
  assert.deepEqual([shown.width, shown.height, shown.pixels[0]], [1024, 256, 50 * 257])
})

test('inferno() grows lighter all the way', () => {
  const lightness = Array.from({ length: 50 }, (_, i) => {
    const [red, green, blue] = inferno(i / 49)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  })
  for (let i = 1; i < 50; i++) assert.ok(lightness[i]! > lightness[i - 1]!)
})
