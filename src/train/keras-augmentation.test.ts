import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { floats, packageRoot } from '../core/index.ts'
import { contract, type Film, tensorOf } from '../imaging/index.ts'
import { runOnnx } from '../testing/run-onnx.ts'
import { augmentFilm } from './augment-film.ts'
import { augmentationGraph, augmentedOutput, changeRows, changesInput } from './augmentation-nodes.ts'
import { drawKeras, type KerasDraw, kerasAugmentation, kerasChange } from './keras-augmentation.ts'

/** What Keras makes of a film, every so many pixels (see fixtures/keras-augmentation.py). */
interface Case {
  readonly size: number
  readonly number: number
  readonly every: number
  readonly draw: KerasDraw
  /** From 0 to 255. */
  readonly values: readonly number[]
}

const file = join(packageRoot(), 'src', 'train', 'fixtures', 'keras-augmentation.json')
const cases = JSON.parse(readFileSync(file, 'utf8')) as readonly Case[]
/** Of white. */
const tolerance = 1e-4

function film(size: number, number: number): Film {
  const pixels = Uint16Array.from({ length: size * size }, (_, i) => {
    const [x, y] = [i % size, Math.floor(i / size)]
    return ((37 * x + 101 * y + 13 * x * y + 57 * number) % 256) * 257
  })
  return { width: size, height: size, pixels }
}

/** @param found from 0 to 1 */
function compare(found: (i: number) => number, { every, values, draw }: Case): void {
  for (const [i, value] of values.entries()) {
    const distance = Math.abs(found(i * every) - value / 255)
    assert.ok(distance <= tolerance, `${JSON.stringify(draw)}: pixel ${i * every} is ${distance} off`)
  }
}

test("the loop gives Keras' own pixels for Keras' own draws, in both of its versions", () => {
  assert.equal(new Set(cases.map(({ draw }) => draw.version)).size, 2)
  for (const one of cases) {
    const before = film(one.size, one.number)
    const { pixels } = augmentFilm(before, kerasChange(before, one.draw))
    compare(i => pixels[i]! / 65535, one)
  }
})

test("the graph gives Keras' own pixels, after rescaling by 1/255 as the guide's generator does", async () => {
  for (const one of cases.filter(({ size }) => size < 32)) {
    const before = film(one.size, one.number)
    const grey = contract({ size: one.size, channels: 1 })
    const changes = changeRows([kerasChange(before, one.draw)])
    const inputs = { image: await tensorOf([before], grey), [changesInput]: changes }
    const found = floats((await runOnnx(augmentationGraph(grey), inputs))[augmentedOutput]!)
    compare(i => found[i]!, one)
  }
})

test("the guide's draws are even over the guide's ranges, and each film's are its own", () => {
  const draws = Array.from({ length: 4000 }, (_, film) => drawKeras({}, { seed: 3, film, epoch: 1 }))
  const even = (pick: (draw: KerasDraw) => number, low: number, high: number): void => {
    const places = draws.map(draw => (pick(draw) - low) / (high - low)).sort((a, b) => a - b)
    const distance = Math.max(...places.map((place, i) => Math.abs(place - (i + 0.5) / places.length)))
    // Kolmogorov and Smirnov: less than one in 1,000 even samples is further off.
    assert.ok(distance < 1.95 / Math.sqrt(places.length), `${pick}: ${distance}`)
  }
  even(({ theta }) => theta, -25, 25)
  even(({ tx }) => tx, -0.1, 0.1)
  even(({ ty }) => ty, -0.1, 0.1)
  even(({ shear }) => shear, -0.1, 0.1)
  even(({ zx }) => zx, 0.85, 1.15)
  even(({ zy }) => zy, 0.85, 1.15)
  const flips = draws.filter(({ flipHorizontal }) => flipHorizontal).length
  assert.ok(Math.abs(flips / draws.length - 0.5) < 0.03, `${flips} of ${draws.length} are mirrored`)
  assert.ok(draws.every(({ flipVertical, version }) => !flipVertical && version === 'keras-1.1.2'))
  assert.equal(new Set(draws.map(({ theta }) => theta)).size, draws.length)
})

test('a draw repeats with seed, film and epoch, and one range does not disturb the others', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.nat(), (seed, film, epoch) => {
      const place = { seed, film, epoch }
      const draw = drawKeras({}, place)
      assert.deepEqual(drawKeras({}, place), draw)
      assert.deepEqual(drawKeras({ rotation: 0 }, place), { ...draw, theta: 0 * draw.theta })
      assert.equal(drawKeras({ horizontalFlip: false }, place).flipHorizontal, false)
      assert.notDeepEqual(drawKeras({}, { ...place, epoch: epoch + 1 }), draw)
    }),
  )
})

test("kerasAugmentation() without ranges is the guide's", () => {
  assert.deepEqual(kerasAugmentation(), { keras: {} })
})
