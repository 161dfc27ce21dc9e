import assert from 'node:assert/strict'
import test from 'node:test'
import { elements, floats } from '../../core/index.ts'
import { onnxRuntime } from '../../engine/index.ts'
import { check, encode, type Graph, inferShapes } from '../../graph/index.ts'
import { needOnnx, onnxCheck } from '../../testing/onnx-checker.ts'
import { imageInput } from '../network.ts'
import { agreementSum } from './agreement.ts'
import { families, smallImages, smallInInt8, smallNet } from './nets.test.fixture.ts'

const engine = onnxRuntime()
async function run(graph: Graph): Promise<Float32Array> {
  await using program = await engine.load(graph, { threads: 1 })
  const [output = ''] = graph.outputs.map(({ name }) => name)
  return floats((await program.run({ [imageInput]: smallImages(8) }))[output]!)
}

const counts = (graph: Graph, op: string): number => graph.nodes.filter(node => node.op === op).length

for (const family of families) {
  test(`a small ${family} in int8 is a valid graph that gives nearly the same features`, async () => {
    const graph = smallNet(family)
    const made = await smallInInt8(family, 0)
    assert.deepEqual(check(made.graph), [])
    assert.deepEqual(made.graph.outputs, graph.outputs)
    assert.equal(counts(made.graph, 'Conv'), 0)
    assert.equal(counts(made.graph, 'Relu') + counts(made.graph, 'BatchNormalization'), 0)
    const [wanted, found] = [await run(graph), await run(made.graph)]
    const sum = agreementSum()
    const shape = [8, wanted.length / 8]
    sum.add({ dtype: 'float32', shape, data: wanted }, { dtype: 'float32', shape, data: found })
    assert.ok(sum.agreement.error < 0.1, `error ${sum.agreement.error}`)
    assert.ok(sum.agreement.leastCosine > 0.995, `cosine ${sum.agreement.leastCosine}`)
  })
}

test('between convolutions nothing is converted, but around what is not known', async () => {
  for (const family of families) {
    const { graph } = await smallInInt8(family, 0)
    const unknown = family === 'squeeze and excite' ? 1 : 0
    assert.equal(counts(graph, 'QuantizeLinear'), 1 + unknown, family)
    assert.equal(counts(graph, 'DequantizeLinear'), 1 + unknown, family)
    assert.equal(counts(graph, 'Sigmoid'), unknown)
  }
})

test('weights are bytes, biases words, and nothing of the float weights is left', async () => {
  const made = await smallInInt8('vgg', 0)
  const bytes = Object.values(made.graph.weights).map(({ dtype, shape }) => [dtype, elements(shape)] as const)
  const large = bytes.filter(([, count]) => count > 64)
  assert.ok(large.length === 3 && large.every(([dtype]) => dtype === 'int8'))
  assert.equal(bytes.filter(([dtype]) => dtype === 'int32').length, 3)
})

test('the last value can be had as bytes with its scale', async () => {
  const graph = smallNet('resnet')
  const [output = ''] = graph.outputs.map(({ name }) => name)
  const made = await smallInInt8('resnet', 0)
  const held = made.held.get(output)!
  const features = await run(made.graph)
  const bytes = { ...made.graph, outputs: [{ name: held.value, dtype: 'uint8' as const, shape: ['N', 32, '?', '?'] }] }
  await using program = await engine.load(bytes, { threads: 1 })
  const whole = (await program.run({ [imageInput]: smallImages(8) }))[held.value]!
  assert.equal(whole.dtype, 'uint8')
  features.forEach((feature, i) => {
    assert.equal(feature, Math.fround(held.scale * (Number(whole.data[i]) - held.zeroPoint)))
  })
})

test('a stem computes in whole numbers held in float32, and everything after it is bytes', async () => {
  const made = await smallInInt8('vgg', 2)
  assert.deepEqual([made.convolutions, counts(made.graph, 'Conv'), counts(made.graph, 'QLinearConv')], [1, 2, 1])
  assert.deepEqual(check(made.graph), [])
})

test('onnx.checker and its shape inference are content', { skip: needOnnx() }, async () => {
  const graphs = await Promise.all(families.map(async family => (await smallInInt8(family, 0)).graph))
  assert.ok(graphs.every(graph => inferShapes(graph).size > 0))
  assert.deepEqual(onnxCheck(graphs.map(encode)), [])
})
