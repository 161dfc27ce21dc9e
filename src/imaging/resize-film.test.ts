import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { packageRoot } from '../core/index.ts'
import { contract, type Interpolation } from './contract.ts'
import type { Film } from './film.ts'
import { resizeFilm, shrinkFilm } from './resize-film.ts'

interface Case {
  readonly interpolation: Interpolation
  readonly width: number
  readonly height: number
  readonly size: number
  readonly pixels: readonly number[]
}

const cases: readonly Case[] = JSON.parse(
  readFileSync(join(packageRoot(), 'src', 'imaging', 'fixtures', 'resize.json'), 'utf8'),
)
const interpolations: readonly Interpolation[] = ['area', 'linear', 'cubic', 'nearest']

/** The film that fixtures/resize.py draws. */
function patterned(width: number, height: number): Film {
  const value = (i: number): number => {
    const x = i % width
    const y = Math.floor(i / width)
    return (x * x * 977 + y * 7919 + x * y * 131) % 65536
  }
  return { width, height, pixels: Uint16Array.from({ length: width * height }, (_, i) => value(i)) }
}

function constant(width: number, height: number, value: number): Film {
  return { width, height, pixels: new Uint16Array(width * height).fill(value) }
}

for (const { interpolation, width, height, size, pixels } of cases) {
  test(`${interpolation} from ${width} × ${height} to ${size} gives Pillow's values in 16 bits`, async () => {
    const resized = await resizeFilm(patterned(width, height), contract({ size, interpolation }))
    const worst = pixels.reduce((most, value, i) => Math.max(most, Math.abs(value - resized.pixels[i]!)), 0)
    // Pillow sums in float32, which at 65535 is good to a hundredth of a grey level, then rounds.
    assert.ok(worst <= 1, `differs by ${worst} of 65535`)
  })
}

test('area is the mean of the covered area, by the plain definition', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 20 }),
      async (width, height, size) => {
        const film = patterned(width, height)
        const resized = await resizeFilm(film, contract({ size }))
        const plain = plainArea(film, size)
        resized.pixels.forEach((value, i) => {
          assert.ok(Math.abs(value - plain[i]!) <= 0.5 + 1e-6, `${value} instead of ${plain[i]}`)
        })
      },
    ),
    { numRuns: 60 },
  )
})

function plainArea({ width, height, pixels }: Film, size: number): number[] {
  const overlap = (low: number, high: number, i: number): number =>
    Math.max(0, Math.min(high, i + 1) - Math.max(low, i))
  return Array.from({ length: size * size }, (_, at) => {
    const left = ((at % size) * width) / size
    const top = (Math.floor(at / size) * height) / size
    let sum = 0
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        sum += pixels[y * width + x]! * overlap(left, left + width / size, x) * overlap(top, top + height / size, y)
      }
    }
    return (sum * size * size) / (width * height)
  })
}

test('a constant film stays constant, whatever the kernel and the shape', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(...interpolations),
      fc.integer({ min: 0, max: 65535 }),
      async (width, height, size, interpolation, value) => {
        const resized = await resizeFilm(constant(width, height, value), contract({ size, interpolation }))
        assert.ok(resized.pixels.every(pixel => pixel === value))
      },
    ),
    { numRuns: 100 },
  )
})

test('fine stripes turn grey instead of aliasing, with every kernel but nearest', async () => {
  const stripes = {
    width: 512,
    height: 512,
    pixels: Uint16Array.from({ length: 512 * 512 }, (_, i) => (i % 2) * 60000),
  }
  for (const interpolation of interpolations) {
    const { pixels } = await resizeFilm(stripes, contract({ size: 60, interpolation }))
    const inner = Array.from({ length: 40 }, (_, x) => pixels[30 * 60 + 10 + x]!)
    const spread = Math.max(...inner) - Math.min(...inner)
    if (interpolation === 'nearest') assert.equal(spread, 60000)
    else assert.ok(spread < 60000 * 0.13, `${interpolation} leaves stripes of ${spread}`)
  }
})

test('a film of the wanted size is not changed', async () => {
  const film = patterned(32, 32)
  for (const interpolation of interpolations) {
    assert.deepEqual(await resizeFilm(film, contract({ size: 32, interpolation })), film)
  }
})

test('one grey level of 65536 is kept apart from the next', async () => {
  const film = {
    width: 64,
    height: 64,
    pixels: Uint16Array.from({ length: 4096 }, (_, i) => 30000 + (i % 64 < 32 ? 0 : 1)),
  }
  const { pixels } = await resizeFilm(film, contract({ size: 16 }))
  assert.deepEqual([pixels[0], pixels[15]], [30000, 30001])
})

test('pad keeps the shape, centred on black', async () => {
  const { pixels } = await resizeFilm(constant(200, 100, 500), contract({ size: 8, fit: 'pad' }))
  const rows = Array.from({ length: 8 }, (_, y) => pixels[8 * y + 3])
  assert.deepEqual(rows, [0, 0, 500, 500, 500, 500, 0, 0])
})

test('crop takes the largest centred square', async () => {
  const film = { width: 30, height: 10, pixels: Uint16Array.from({ length: 300 }, (_, i) => (i % 30) * 100) }
  const { pixels } = await resizeFilm(film, contract({ size: 10, fit: 'crop' }))
  assert.deepEqual([...pixels.subarray(0, 10)], [1000, 1100, 1200, 1300, 1400, 1500, 1600, 1700, 1800, 1900])
})

test('films of one pixel and of extreme shapes are resized', async () => {
  for (const fit of ['stretch', 'pad', 'crop'] as const) {
    for (const [width, height] of [
      [1, 1],
      [1, 20000],
      [20000, 1],
      [3, 5000],
    ] as const) {
      const resized = await resizeFilm(constant(width, height, 7000), contract({ size: 24, fit }))
      assert.equal(resized.pixels.length, 576)
      assert.equal(Math.max(...resized.pixels), 7000)
    }
  }
})

test('a large film is resized in pieces, so that other work gets its turn', async () => {
  let turns = 0
  const ticking = setInterval(() => turns++, 0)
  await resizeFilm(constant(3000, 3000, 1), contract({ size: 224 }))
  clearInterval(ticking)
  assert.ok(turns > 0)
})

test('shrinkFilm() keeps small films and the shape of large ones', async () => {
  const small = constant(10, 5, 3)
  assert.equal(await shrinkFilm(small, 20), small)
  const { width, height } = await shrinkFilm(constant(400, 100, 3), 20)
  assert.deepEqual([width, height], [20, 5])
})
