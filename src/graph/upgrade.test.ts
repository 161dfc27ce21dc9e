import assert from 'node:assert/strict'
import test from 'node:test'
import * as ort from 'onnxruntime-node'
import { needOnnx, onnxCheck } from '../testing/onnx-checker.ts'
import { float, int, ints } from './attributes.ts'
import { build } from './builder.ts'
import { check } from './check.ts'
import { encode } from './encode.ts'
import type { Attributes, Graph, Node } from './graph.ts'
import { filled } from './operator-zoo.test.fixture.ts'
import { liftConstants, simplify } from './simplify.ts'
import { upgrade } from './upgrade.ts'

/** A chain of nodes as operator set 9 writes them: parameters are attributes. */
function old(): Graph {
  const steps: readonly [string, Attributes, (readonly string[])?][] = [
    ['Clip', { min: float(-0.2), max: float(0.3) }],
    ['Pad', { pads: ints([0, 0, 1, 1, 0, 0, 0, 2]), value: float(0.5) }],
    ['Slice', { starts: ints([1, -3]), ends: ints([100, 100]), axes: ints([2, 3]) }],
    ['Dropout', { ratio: float(0.4) }],
    ['BatchNormalization', { epsilon: float(1e-3), momentum: float(0.9) }, ['s', 's', 's', 'v']],
    ['ReduceSum', { axes: ints([2]), keepdims: int(0) }],
    ['Unsqueeze', { axes: ints([0]) }],
    ['Squeeze', { axes: ints([0]) }],
    ['Softmax', { axis: int(2) }],
  ]
  const nodes = steps.map(
    ([op, attributes, more = []], i): Node => ({
      op,
      inputs: [i === 0 ? 'x' : `v${i - 1}`, ...more],
      outputs: [i === steps.length - 1 ? 'y' : `v${i}`],
      attributes,
    }),
  )
  return {
    ...build('old').finish(),
    opset: 9,
    irVersion: 4,
    inputs: [{ name: 'x', dtype: 'float32', shape: ['N', 4, 5, 5] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: ['N', 4, 3] }],
    nodes,
    weights: { s: filled(4), v: { ...filled(4), data: Float32Array.of(1, 2, 3, 4) } },
  }
}

async function run(graph: Graph): Promise<unknown> {
  const session = await ort.InferenceSession.create(encode(graph), { graphOptimizationLevel: 'disabled' })
  const { data } = filled(2, 4, 5, 5)
  assert.ok(data instanceof Float32Array)
  const { y } = await session.run({ x: new ort.Tensor('float32', data, [2, 4, 5, 5]) })
  await session.release()
  return y?.data
}

test('a graph of operator set 9 answers the same in operator set 17', async () => {
  const now = upgrade(old())
  assert.equal(now.opset, 17)
  assert.deepEqual(check(now), [])
  assert.deepEqual(await run(now), await run(old()))
})

test('onnx.checker is content with an upgraded graph', { skip: needOnnx() }, () => {
  assert.deepEqual(onnxCheck([encode(upgrade(old())), encode(simplify(upgrade(old())))]), [])
})

test('a new graph stays as it is, one that is too old is refused', () => {
  const now = { ...old(), opset: 21 }
  assert.equal(upgrade(now), now)
  assert.throws(() => upgrade({ ...old(), opset: 6 }), /operator set is 6, 7 or newer was wanted/)
})

test('an old Softmax over several axes is refused', () => {
  const graph = old()
  const nodes = graph.nodes.map(node => (node.op === 'Softmax' ? { ...node, attributes: {} } : node))
  assert.throws(() => upgrade({ ...graph, nodes }), /Softmax "y".*several axes at once/)
})

test('simplify() takes away what changes nothing and keeps the answer', async () => {
  const b = build('idle')
  const x = b.input({ name: 'x', dtype: 'float32', shape: ['N', 4, 5, 5] })
  const constant = b.node('Constant', [], { value: { type: 'tensor', value: filled(4, 1, 1) } })
  const idle = b.node('Identity', [b.node('Dropout', [b.node('Identity', [x], {}, { name: 'kept' })])])
  b.output(b.node('Identity', [b.node('Mul', [idle, constant])], {}, { name: 'y' }))
  const graph = b.finish()
  const plain = simplify(liftConstants(graph), ['kept'])
  assert.deepEqual(
    plain.nodes.map(({ op }) => op),
    ['Identity', 'Mul', 'Identity'],
  )
  assert.deepEqual(check(plain), [])
  assert.deepEqual(await run(plain), await run(graph))
})
