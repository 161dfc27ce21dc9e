import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  binaryCrossEntropy,
  float32,
  focal,
  type Loss,
  numbers,
  packageRoot,
  softmaxCrossEntropy,
  type Tensor,
  type Tensors,
} from '../core/index.ts'
import { interpret } from '../engine/index.ts'
import { build, check, encode, type Graph } from '../graph/index.ts'
import { allClose } from '../testing/all-close.ts'
import { checkGradients } from '../testing/gradient-check.ts'
import { needOnnx, onnxCheck } from '../testing/onnx-checker.ts'
import { runOnnx } from '../testing/run-onnx.ts'
import { addLoss } from './add-loss.ts'
import { differentiate, gradientName } from './differentiate.ts'

interface Case {
  readonly loss: Loss
  readonly classWeights?: readonly number[]
  readonly labels: readonly number[]
  readonly value: number
  readonly slopes: readonly number[]
}

interface Reference {
  readonly shape: readonly [number, number]
  readonly logits: readonly number[]
  readonly mask: readonly number[]
  readonly cases: readonly Case[]
}

/** What fixtures/losses.py writes: PyTorch's and torchvision's own losses and slopes. */
const reference: Reference = JSON.parse(
  readFileSync(join(packageRoot(), 'src', 'autodiff', 'fixtures', 'losses.json'), 'utf8'),
)

function lossGraph(loss: Loss, classes: number, classWeights?: readonly number[], opset?: number): Graph {
  const builder = build('loss')
  builder.output(builder.input({ name: 'z', dtype: 'float32', shape: ['N', classes] }))
  const graph = builder.finish()
  return addLoss({ ...graph, opset: opset ?? graph.opset }, loss, { logits: 'z', classWeights })
}

const matrix = (...rows: readonly (readonly number[])[]): Tensor => float32([rows.length, rows[0]!.length], rows.flat())
const slopesOf = (graph: Graph): Graph => differentiate(graph, { loss: 'loss', of: ['z'] })

/** Of one label or film, on ONNX Runtime. */
async function single(loss: Loss, logits: readonly number[], labels: readonly number[]): Promise<readonly number[]> {
  const inputs = { z: matrix(logits), labels: matrix(labels), mask: matrix(labels.map(() => 1)) }
  const results = await runOnnx(slopesOf(lossGraph(loss, logits.length)), inputs)
  return [...numbers(results['loss']!), ...numbers(results[gradientName('z')]!)]
}

for (const { loss, classWeights, labels, value, slopes } of reference.cases) {
  const title = `${JSON.stringify(loss)}${classWeights ? ' with class weights' : ''}`
  const { shape, logits, mask } = reference
  const inputs: Tensors = {
    z: float32(shape, logits),
    labels: float32(shape, labels),
    mask: float32(shape, mask),
  }
  test(`addLoss() of ${title} equals PyTorch's value and slopes, on the reference and on ONNX Runtime`, async () => {
    const graph = slopesOf(lossGraph(loss, shape[1], classWeights))
    for (const [results, relative] of [
      [interpret(graph, inputs), 1e-6],
      [await runOnnx(graph, inputs), 2e-6],
    ] as const) {
      allClose(results['loss']!, float32([], [value]), { relative })
      allClose(results[gradientName('z')]!, float32(shape, slopes), { relative })
    }
  })

  test(`the slopes of ${title} equal central differences`, () => {
    const near = float32(
      shape,
      logits.map(logit => Math.min(8, Math.max(-8, logit))),
    )
    checkGradients(lossGraph(loss, shape[1], classWeights), { of: ['z'], inputs: { ...inputs, z: near } })
  })
}

test('every loss has the slope of an open question where an untrained head starts', () => {
  const inputs = { z: matrix([0, 0]), labels: matrix([1, 0]), mask: matrix([1, 1]) }
  const slopes = (loss: Loss): readonly number[] =>
    numbers(interpret(slopesOf(lossGraph(loss, 2)), inputs)[gradientName('z')]!)
  assert.deepEqual(slopes(binaryCrossEntropy()), [-0.25, 0.25])
  assert.deepEqual(slopes(softmaxCrossEntropy()), [-0.5, 0.5])
  // d/dz of ¼·σ(−z)²·ζ(−z) at 0, for a mean over two labels.
  const wanted = (-0.25 * (0.25 * Math.LN2 + 0.125)) / 2
  const [positive, negative] = slopes(focal())
  assert.ok(Math.abs(positive! - wanted) < 1e-9)
  assert.ok(Math.abs(negative! + 3 * wanted) < 1e-9)
})

test('no loss overflows or loses its tails in float32', async () => {
  const close = (found: number | undefined, wanted: number): void =>
    assert.ok(Math.abs(found! - wanted) <= 1e-5 * Math.abs(wanted), `${found} should be ${wanted}`)
  for (const [logit, label, wanted, slope] of [
    [100, 0, 100, 1],
    [-100, 1, 100, -1],
    [20, 1, 2.0611536e-9, -2.0611536e-9],
    [-20, 0, 2.0611536e-9, 2.0611536e-9],
  ] as const) {
    const [value, found] = await single(binaryCrossEntropy(), [logit], [label])
    close(value, wanted)
    // ONNX Runtime's sigmoid stops at 1e-8 from either end.
    assert.ok(Math.abs(found! - slope) < 2e-8, `${found} should be ${slope}`)
    const [focused, focusedSlope] = await single(focal({ alpha: 0.5, gamma: 1 }), [logit], [label])
    if (Math.abs(wanted) > 1) close(focused, wanted / 2)
    else assert.ok(focused! >= 0 && focused! < 1e-16)
    assert.ok(Number.isFinite(focusedSlope!))
  }
  const [far, ...farSlopes] = await single(softmaxCrossEntropy(), [1000, 0, -1000], [0, 0, 1])
  close(far, 2000)
  assert.deepEqual(farSlopes, [1, 0, -1])
  const [sure] = await single(softmaxCrossEntropy(), [12, 0], [1, 0])
  // The log of a sum near 1 is known to float32's step there.
  assert.ok(Math.abs(sure! - 6.144e-6) < 1.2e-7, `${sure}`)
})

test('a loss of films without any label is 0 and moves nothing', () => {
  const { shape, logits } = reference
  for (const { loss, labels, classWeights } of reference.cases) {
    const inputs = {
      z: float32(shape, logits),
      labels: float32(shape, labels),
      mask: float32(shape, new Float32Array(logits.length)),
    }
    const results = interpret(slopesOf(lossGraph(loss, shape[1], classWeights)), inputs)
    assert.equal(numbers(results['loss']!)[0], 0)
    assert.ok(numbers(results[gradientName('z')]!).every(slope => slope === 0))
  }
})

test('a film of which one label is unknown does not count in a softmax cross-entropy', () => {
  const graph = lossGraph(softmaxCrossEntropy(), 2)
  const value = (mask: Tensor): number =>
    numbers(interpret(graph, { z: matrix([1, 0], [5, 0]), labels: matrix([1, 0], [0, 1]), mask })['loss']!)[0]!
  assert.ok(Math.abs(value(matrix([1, 1], [0, 1])) - Math.log(1 + Math.exp(-1))) < 1e-12)
  assert.ok(value(matrix([1, 1], [1, 1])) > 2)
})

test('addLoss() refuses what does not fit', () => {
  assert.throws(() => lossGraph(binaryCrossEntropy(), 2, [1]), /there are 1 class weights for 2 classes/)
  assert.throws(() => lossGraph(softmaxCrossEntropy(), 1), /it has 1 class, of which every film is/)
  const builder = build('named')
  const z = builder.input({ name: 'z', dtype: 'float32', shape: ['N', 2] })
  builder.output(builder.node('Relu', [builder.node('Neg', [z], {}, { name: 'loss' })], {}, { name: 'logits' }))
  const graph = builder.finish()
  assert.throws(() => addLoss(graph, binaryCrossEntropy(), { logits: 'logits' }), /the graph has a "loss" already/)
})

test('addLoss() makes graphs that we and the stock checker find legal', { skip: needOnnx() }, () => {
  const graphs = reference.cases.flatMap(({ loss, classWeights }) =>
    [13, 17, 21].map(opset => slopesOf(lossGraph(loss, 3, classWeights, opset))),
  )
  for (const graph of graphs) assert.deepEqual(check(graph), [])
  assert.deepEqual(onnxCheck(graphs.map(encode)), [])
})
