import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { float32, random, type Tensor, type Tensors } from '../core/index.ts'
import { interpret } from '../engine/index.ts'
import { check, encode } from '../graph/index.ts'
import { type Contract, contract, type Film, normalise, tensorOf } from '../imaging/index.ts'
import { allClose } from '../testing/all-close.ts'
import { needOnnx, onnxCheck } from '../testing/onnx-checker.ts'
import { runOnnx } from '../testing/run-onnx.ts'
import { augmentFilm } from './augment-film.ts'
import type { Augmentation } from './augmentation.ts'
import { augmentationGraph, augmentedOutput, changeRows, changesInput } from './augmentation-nodes.ts'
import { type Change, changeOf, drawOf, noChange } from './change.ts'
import { kerasAugmentation } from './keras-augmentation.ts'

/** Noise, the hardest case: neighbours have nothing in common. */
function noise(size: number, seed: number): Film {
  const draw = random(seed, 'noise')
  return { width: size, height: size, pixels: Uint16Array.from({ length: size * size }, () => draw.uniform() * 65536) }
}

const contracts = fc.record({
  size: fc.integer({ min: 2, max: 12 }),
  range: fc.constantFrom<readonly [number, number]>([0, 1], [-1, 1], [1, 0], [0, 255], [-1024, 1024]),
  channels: fc.constantFrom(1 as const, 3 as const),
})
const share = fc.double({ min: 0, max: 0.9, noNaN: true })
const ours: fc.Arbitrary<Augmentation> = fc.record({
  rotate: fc.double({ min: 0, max: 180, noNaN: true }),
  shift: share,
  scale: fc.double({ min: 0, max: 0.5, noNaN: true }),
  flip: fc.boolean(),
  brightness: share,
  contrast: share,
})
const keras: fc.Arbitrary<Augmentation> = fc.record({
  keras: fc.record({
    version: fc.constantFrom('keras-1.1.2', 'keras-2.9'),
    rotation: fc.double({ min: 0, max: 180, noNaN: true }),
    widthShift: share,
    heightShift: share,
    shear: fc.double({ min: 0, max: 60, noNaN: true }),
    zoom: share,
    verticalFlip: fc.boolean(),
  }),
})
const augmentations = fc.oneof(ours, keras)

/** Both forms of the same changes to some films. */
async function bothForms(
  of: Contract,
  films: readonly Film[],
  changes: readonly Change[],
): Promise<{ readonly inputs: Tensors; readonly wanted: Tensor }> {
  const { size, channels } = of
  const each = channels * size * size
  const values = new Float32Array(films.length * each)
  for (const [i, film] of films.entries()) normalise(augmentFilm(film, changes[i]!), of, values, i * each)
  return {
    inputs: { image: await tensorOf(films, of), [changesInput]: changeRows(changes) },
    wanted: float32([films.length, channels, size, size], values),
  }
}

/** The loop's pixels against the graph's, as shares of the contract's range. */
function sameImages(found: Tensor, wanted: Tensor, of: Contract, share: number): void {
  const absolute = share * Math.max(...of.deviation.map(deviation => Math.abs(of.range[1] - of.range[0]) / deviation))
  allClose(found, wanted, { relative: 1e-6, absolute })
}

test('augmentation is the same as a loop over films and as nodes on the tensor of the network, for any contract and draw', async () => {
  await fc.assert(
    fc.asyncProperty(contracts, augmentations, fc.nat(), async (options, augmentation, seed) => {
      const grey = options.channels === 1
      const of = contract({
        ...options,
        mean: grey ? [0.4] : [0.485, 0.456, 0.406],
        deviation: grey ? [0.3] : [1, 2, 3],
      })
      const films = [noise(of.size, seed), noise(of.size, seed + 1)]
      const changes = films.map((film, i) => changeOf(film, drawOf(augmentation, { seed, film: i, epoch: 1 })))
      const { inputs, wanted } = await bothForms(of, films, changes)
      const graph = augmentationGraph(of)
      // The changes are float32 there, so a place is known to some millionths of a pixel.
      sameImages(interpret(graph, inputs)[augmentedOutput]!, wanted, of, 5e-5)
      sameImages((await runOnnx(graph, inputs))[augmentedOutput]!, wanted, of, 5e-5)
    }),
    { numRuns: 40 },
  )
})

test('both forms are the same at the size of real networks', async () => {
  const of = contract({ size: 224, mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] })
  const augmentation = { rotate: 25, shift: 0.1, scale: 0.15, flip: true, brightness: 0.2, contrast: 0.3 }
  const films = [noise(224, 1), noise(224, 2), noise(224, 3)]
  const changes = [
    ...films.map((film, i) => changeOf(film, drawOf(augmentation, { seed: 5, film: i, epoch: 2 }))),
    ...films.map((film, i) => changeOf(film, drawOf(kerasAugmentation(), { seed: 5, film: i, epoch: 2 }))),
  ]
  const { inputs, wanted } = await bothForms(of, [...films, ...films], changes)
  sameImages((await runOnnx(augmentationGraph(of), inputs))[augmentedOutput]!, wanted, of, 1e-4)
})

test('a change that changes nothing gives the films back', async () => {
  const of = contract({ size: 6, channels: 1, range: [-1, 1] })
  const films = [noise(6, 4)]
  const { inputs, wanted } = await bothForms(of, films, [noChange])
  sameImages((await runOnnx(augmentationGraph(of), inputs))[augmentedOutput]!, wanted, of, 1e-7)
})

test('augmentationGraph() is legal in every operator set that networks come in', { skip: needOnnx() }, () => {
  const graphs = [13, 17, 18, 21].map(opset => augmentationGraph(contract({ size: 8 }), opset))
  for (const graph of graphs) assert.deepEqual(check(graph), [])
  assert.deepEqual(onnxCheck(graphs.map(encode)), [])
})
