import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { float32, floats, type Tensor, tensor } from '../../core/index.ts'
import { onnxRuntime } from '../../engine/index.ts'
import { check, decode, withWeights } from '../../graph/index.ts'
import { type Contract, contract, type Film, phantomCohort, tensorOf } from '../../imaging/index.ts'
import { needOnnx, onnxVerdicts } from '../../testing/onnx-checker.ts'
import { runOnnx } from '../../testing/run-onnx.ts'
import { network } from '../build-network.ts'
import type { Calibration } from '../calibration.ts'
import { openClassifier } from '../classifier.ts'
import { finishModel } from '../finish-model.ts'
import { exportedModel } from './exported-model.ts'
import { filmGraph } from './film-graph.ts'

function given({ width, height, pixels }: Film): Tensor {
  return tensor('uint16', [height, width], pixels)
}

/** The largest difference of an image as nodes make it from what the classifier sees, in grey levels of 65535. */
async function difference(film: Film, of: Contract): Promise<number> {
  const { image } = await runOnnx(filmGraph(of, 17), { film: given(film) })
  const wanted = floats(await tensorOf([film], of))
  const [low, high] = of.range
  const level = Math.abs(high - low) / 65535 / Math.max(...of.deviation)
  return floats(image!).reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i]!)), 0) / level
}

const noise = (width: number, height: number, seed: number): Film => ({
  width,
  height,
  pixels: Uint16Array.from({ length: width * height }, (_, i) => (Math.imul(i + seed, 2654435761) >>> 16) & 0xffff),
})

for (const fit of ['stretch', 'pad', 'crop'] as const) {
  for (const interpolation of ['area', 'linear', 'cubic', 'nearest'] as const) {
    test(`films of any size come out of the nodes as out of the contract: ${fit}, ${interpolation}`, async () => {
      const sizes = fc.tuple(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 40 }),
      )
      await fc.assert(
        fc.asyncProperty(sizes, fc.nat(1000), async ([width, height, size], seed) => {
          // A sum in another order may round to the next of 65,535 levels.
          assert.ok((await difference(noise(width, height, seed), contract({ size, fit, interpolation }))) < 1.01)
        }),
        { numRuns: 25 },
      )
    })
  }
}

test('every part of a contract is in the nodes: range, mean and deviation of each channel, one channel', async () => {
  const film = noise(61, 47, 3)
  const contracts: readonly Partial<Contract>[] = [
    { range: [0, 1], mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
    { range: [0, 255], order: 'bgr', mean: [103.9, 116.8, 123.7] },
    { range: [1, -1], channels: 1, mean: [0.2], deviation: [3] },
  ]
  for (const of of contracts) assert.ok((await difference(film, contract({ size: 24, ...of }))) < 1.01)
})

const calibrations: readonly Calibration[] = [
  { map: { kind: 'temperature', temperature: 2, shift: -0.5 } },
  { map: { kind: 'isotonic', logits: [-1, 0.5], values: [-2, 1] } },
  { map: { kind: 'isotonic', logits: [-2, -1, 0, 0.25, 3], values: [-3, -1, -1, 2, 2.5] } },
]
const classes = ['A', 'B', 'C']

async function modelOf(fit: Contract['fit']): Promise<Uint8Array> {
  const plain = network({
    backbone: { kind: 'vgg-small', size: 32, widths: [4, 8] },
    head: { kind: 'linear' },
    classes,
    seed: 1,
  })
  const weight = Float32Array.from({ length: 24 }, (_, i) => ((i * 5) % 7) - 3)
  const facts = {
    name: 'test',
    classes,
    thresholds: [0.3, 0.9, 0.5],
    calibration: calibrations,
    dataset: '',
    metrics: {},
    provenance: {},
  }
  const trained = { ...plain, contract: { ...plain.contract, fit } }
  return finishModel(
    { ...trained, graph: withWeights(plain.graph, { 'head/weight': float32([3, 8], weight) }) },
    facts,
    onnxRuntime(),
  )
}

test('an exported model gives the probabilities of the classifier, by lines and by curves', async () => {
  const model = await modelOf('pad')
  const { bytes, card } = exportedModel(model)
  const graph = decode(bytes)
  assert.deepEqual([card.classes, card.thresholds], [classes, [0.3, 0.9, 0.5]])
  assert.deepEqual(
    graph.inputs.map(({ name, dtype }) => [name, dtype]),
    [['film', 'uint16']],
  )
  assert.deepEqual(
    graph.outputs.map(({ name, dtype, shape }) => [name, dtype, shape]),
    [['probability', 'float64', [3]]],
  )
  await using classifier = await openClassifier(model, onnxRuntime())
  const spread = new Set<number>()
  for (const { film } of phantomCohort({ seed: 5, patients: 6, size: 130 })) {
    const [reading] = await classifier.classify([film])
    const { probability } = await runOnnx(graph, { film: given(film) })
    for (const [k, answer] of reading!.answers.entries()) {
      assert.ok(Math.abs(answer.probability - Number(probability!.data[k])) < 1e-6)
      spread.add(Math.round(answer.probability * 50))
    }
  }
  assert.ok(spread.size > 4, 'the films are told apart')
})

test('the checker of ONNX takes an exported model, and so does ours', { skip: needOnnx() }, async () => {
  const files = await Promise.all(
    (['stretch', 'pad', 'crop'] as const).map(async fit => exportedModel(await modelOf(fit)).bytes),
  )
  for (const verdict of onnxVerdicts(files)) assert.equal(verdict.problem, null)
  for (const file of files) assert.deepEqual(check(decode(file)), [])
})

test('the same model makes the same exported bytes', async () => {
  const model = await modelOf('stretch')
  assert.deepEqual(exportedModel(model).bytes, exportedModel(model).bytes)
})
