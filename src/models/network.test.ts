import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { elements, type Tensor } from '../core/index.ts'
import { check, cutAt, encode, inferShapes, weightsAsInputs } from '../graph/index.ts'
import { needData, sharedData } from '../testing/needs.ts'
import { needOnnx, onnxCheck } from '../testing/onnx-checker.ts'
import { tinyFile, tinyGraph } from './backbones.test.fixture.ts'
import { network } from './build-network.ts'
import type { Network } from './network.ts'
import type { HeadSpec, OnnxSpec } from './specs.ts'
import { standardiseFeatures, trainingGraph } from './training-graph.ts'

const linear: HeadSpec = { kind: 'linear' }
const dense: HeadSpec = { kind: 'dense', units: [12, 8], dropout: [0.5, 0.3, 0.25] }
const tinySpec: OnnxSpec = { kind: 'onnx', path: 'tiny.onnx' }

const vgg = (head: HeadSpec, seed = 1): Network =>
  network({ backbone: { kind: 'vgg-small', size: 32, widths: [4, 8] }, head, classes: ['A', 'B'], seed })

const tiny = (head: HeadSpec, spec: Partial<OnnxSpec> = {}, backboneBytes = tinyFile()): Network =>
  network({ backbone: { ...tinySpec, ...spec }, backboneBytes, head, classes: ['A'], seed: 1 })

const ops = ({ graph }: Network): readonly string[] => graph.nodes.map(({ op }) => op)
const shapeOf = ({ graph }: Network, name: string): unknown => inferShapes(graph).get(name)?.shape

test('every network is a graph that check() and onnx.checker take, whole and cut and for training', {
  skip: needOnnx(),
}, () => {
  const networks = [vgg(linear), vgg(dense), tiny(linear), tiny(dense), tiny(linear, { trainFrom: 'middle' })]
  const graphs = networks.flatMap(made => {
    const training = weightsAsInputs(trainingGraph(made).graph, made.parameters)
    const { before, after } = cutAt(made.graph, made.boundary)
    return [made.graph, training, ...(before.nodes.length > 0 ? [before, after] : [])]
  })
  for (const graph of graphs) assert.deepEqual(check(graph), [])
  assert.deepEqual(onnxCheck(graphs.map(encode)), [])
})

test('a network goes from image [N, C, S, S] to logits [N, K]', () => {
  const made = vgg(linear)
  assert.deepEqual(made.graph.inputs, [{ name: 'image', dtype: 'float32', shape: ['N', 1, 32, 32] }])
  assert.deepEqual(made.graph.outputs, [{ name: 'logits', dtype: 'float32', shape: ['N', 2] }])
  assert.deepEqual(shapeOf(made, made.explain), ['N', 4, 16, 16])
})

test('one seed draws the same weights, another seed others', () => {
  assert.deepEqual(vgg(dense).graph, vgg(dense).graph)
  assert.notDeepEqual(vgg(dense, 2).graph.weights, vgg(dense).graph.weights)
})

test("He's weights have variance 2 / fan-in", () => {
  const made = network({ backbone: { kind: 'vgg-small' }, head: linear, classes: ['A'], seed: 5 })
  const weight = made.graph.weights['block4/weight']!
  const squares = Array.from(weight.data as Float32Array, value => value * value)
  const variance = squares.reduce((sum, value) => sum + value, 0) / squares.length
  assert.ok(Math.abs(variance / (2 / (64 * 9)) - 1) < 0.02, String(variance))
})

test('the default small network costs less than 150 million operations a film', () => {
  const made = network({ backbone: { kind: 'vgg-small' }, head: linear, classes: ['A'], seed: 1 })
  const shapes = inferShapes(made.graph)
  const operations = made.graph.nodes
    .filter(({ op }) => op === 'Conv')
    .map(({ inputs, outputs }) => {
      const [, ...output] = (shapes.get(outputs[0]!)?.shape ?? []) as number[]
      return 2 * elements(output.slice(1)) * elements((made.graph.weights[inputs[1]!] as Tensor).shape)
    })
  const total = operations.reduce((sum, count) => sum + count, 0)
  assert.ok(total > 5e7 && total < 1.5e8, String(total))
})

test('a small network trains all of itself from the image on', () => {
  const made = vgg(linear)
  assert.equal(made.boundary, 'image')
  assert.deepEqual(made.parameters, Object.keys(made.graph.weights))
})

test('a frozen backbone trains its head alone, on standardised features', () => {
  const made = tiny(linear)
  assert.deepEqual(made.parameters, ['head/weight', 'head/bias'])
  assert.deepEqual(shapeOf(made, made.boundary), ['N', 6])
  assert.equal(made.standardised?.features, made.boundary)
})

test('a file is cut at its last value that has places, folded, simplified and opened for any batch', () => {
  const made = tiny(linear)
  assert.equal(made.explain, 'features')
  assert.deepEqual(ops(made), [
    'Conv',
    'Relu',
    'Conv',
    'Relu',
    'GlobalAveragePool',
    'Flatten',
    'Sub',
    'Mul',
    'Gemm',
    'Identity',
  ])
  assert.deepEqual(shapeOf(made, 'features'), ['N', 6, 8, 8])
  assert.deepEqual(made.contract.size, 16)
})

test('"cut" names another value, and a wrong name is answered with the nearest', () => {
  assert.equal(tiny(linear, { cut: 'middle' }).explain, 'middle')
  assert.throws(() => tiny(linear, { cut: 'midle' }), /did you mean "middle"\?/)
  assert.throws(() => tiny(linear, { cut: 'Flatten' }), /shape is \[N, 6\], \[N, C, h, w\] was wanted/)
})

test('a file that wants channels last gets a Transpose in front', () => {
  const made = tiny(linear, {}, tinyFile({ channelsLast: true }))
  assert.deepEqual(made.graph.inputs[0]?.shape, ['N', 3, 16, 16])
  assert.deepEqual(ops(made).slice(0, 3), ['Transpose', 'Transpose', 'Conv'])
  assert.deepEqual(check(made.graph), [])
})

test('the contract may ask a convolutional file for another size', () => {
  const made = tiny(linear, { contract: { size: 24, range: [-1, 1] } })
  assert.deepEqual(shapeOf(made, 'features'), ['N', 6, 12, 12])
  assert.deepEqual([made.contract.size, made.contract.range], [24, [-1, 1]])
})

test("a dense head's weights are Keras' if asked for: even, as far as their width says, with biases of 0", () => {
  const made = vgg({ ...dense, initial: 'glorot-uniform' })
  for (const name of made.parameters.filter(parameter => parameter.startsWith('head/'))) {
    const { shape, data } = made.graph.weights[name]!
    const values = Array.from(data as Float32Array)
    if (shape.length === 1) assert.ok(values.every(value => value === 0))
    else {
      const reach = Math.sqrt(6 / (shape[0]! + shape[1]!))
      const spread = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length)
      assert.ok(values.every(value => Math.abs(value) <= Math.fround(reach)))
      // Of even numbers in ±1 the squares' mean is 1/3.
      assert.ok(Math.abs(spread / (reach / Math.sqrt(3)) - 1) < 3 / Math.sqrt(values.length), name)
    }
  }
})

test('"trainFrom" trains the weights behind it, and the boundary moves there', () => {
  const made = tiny(linear, { trainFrom: 'middle' })
  assert.equal(made.boundary, 'middle')
  assert.deepEqual(made.parameters, ['c2/w', 'c2/b', 'head/weight', 'head/bias'])
  assert.equal(made.standardised, undefined)
})

test('an operator without gradient is refused only where something before it is trained', () => {
  const bytes = tinyFile({ strange: true })
  assert.throws(() => tiny(linear, { trainFrom: 'middle' }, bytes), /operator Round at "strange" has no gradient/)
  assert.equal(tiny(linear, { trainFrom: 'strange' }, bytes).parameters.length, 2)
  assert.equal(tiny(linear, {}, bytes).parameters.length, 2)
})

test('files that are no backbone are refused with a sentence', () => {
  const two = {
    ...tinyGraph(),
    inputs: [...tinyGraph().inputs, { name: 'more', dtype: 'float32' as const, shape: [1] }],
  }
  assert.throws(
    () => tiny(linear, {}, encode(two)),
    /its inputs are "pixels" \[1, 3, 16, 16\] and "more" \[1\], one image/,
  )
  assert.throws(() => tiny(linear, { contract: { channels: 1 } }), /its input has 3 channels, the contract gives 1/)
  assert.throws(() => tiny(linear, {}, new Uint8Array(9)), /Cannot read the ONNX model/)
})

test("the guide's head is the default dense head", () => {
  const made = tiny({ kind: 'dense' })
  const units = made.parameters.filter(name => name.endsWith('weight')).map(name => made.graph.weights[name]!.shape)
  assert.deepEqual(units, [
    [1024, 384],
    [512, 1024],
    [256, 512],
    [1, 256],
  ])
  assert.deepEqual(
    made.dropouts.map(({ rate }) => rate),
    [0.5, 0.3, 0.3, 0.3],
  )
})

test('dropout is a mask that is fed in training and absent from the model', () => {
  const made = vgg(dense)
  const { graph, masks } = trainingGraph(made)
  assert.deepEqual(masks, [
    { input: 'dropout/0', rate: 0.5, shape: ['N', 2048] },
    { input: 'dropout/1', rate: 0.3, shape: ['N', 12] },
    { input: 'dropout/2', rate: 0.25, shape: ['N', 8] },
  ])
  assert.deepEqual(
    graph.inputs.map(({ name }) => name),
    ['image', 'dropout/0', 'dropout/1', 'dropout/2'],
  )
  assert.equal(graph.nodes.filter(({ op }) => op === 'Mul').length, 3)
  assert.deepEqual(
    made.graph.inputs.map(({ name }) => name),
    ['image'],
  )
})

test('standardising sets the mean and one over the deviation, and leaves features that do not vary alone', () => {
  const made = standardiseFeatures(
    tiny(linear),
    Float32Array.of(1, 2, 3, 4, 5, 6),
    Float32Array.of(2, 0, 1e-9, 1, 1, 4),
  )
  assert.deepEqual(made.graph.weights['head/mean']?.data, Float32Array.of(1, 2, 3, 4, 5, 6))
  assert.deepEqual(made.graph.weights['head/scale']?.data, Float32Array.of(0.5, 1, 1, 1, 1, 0.25))
})

test('MobileNet is a backbone with 1024 features', { skip: needData('backbones') }, () => {
  const made = network({
    backbone: { kind: 'onnx', path: 'mobilenet', contract: { range: [-1, 1] } },
    backboneBytes: readFileSync(sharedData('backbones', 'mobilenet_v1_block12.onnx')),
    head: linear,
    classes: ['Pneumonia'],
    seed: 1,
  })
  assert.deepEqual(shapeOf(made, made.boundary), ['N', 1024])
  assert.deepEqual(shapeOf(made, made.explain), ['N', 1024, 7, 7])
  assert.deepEqual(check(made.graph), [])
  assert.equal(ops(made).includes('BatchNormalization'), false)
})

test('a linear head sums up a channel by its average, or by its maximum when told or trained from scratch', () => {
  assert.ok(ops(tiny(linear)).includes('GlobalAveragePool'))
  assert.ok(ops(tiny({ kind: 'linear', pool: 'max' })).includes('GlobalMaxPool'))
  assert.ok(ops(vgg(linear)).includes('GlobalMaxPool'))
})
