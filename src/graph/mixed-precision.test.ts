import assert from 'node:assert/strict'
import { test } from 'node:test'
import { float32, type Tensor } from '../core/index.ts'
import { interpret } from '../engine/index.ts'
import { allClose } from '../testing/all-close.ts'
import { needOnnx, onnxCheck } from '../testing/onnx-checker.ts'
import { torchNetwork } from '../testing/torch-gradients.ts'
import { float, int, ints, tensorAttribute } from './attributes.ts'
import { type Builder, build } from './builder.ts'
import { check } from './check.ts'
import { encode } from './encode.ts'
import type { Graph } from './graph.ts'
import { inferShapes } from './infer-shapes.ts'
import { inMixedPrecision } from './mixed-precision.ts'
import { filled } from './operator-zoo.test.fixture.ts'

/** Operators in order: those that compute in float16 with a mark, casts by what they make. */
function told(graph: Graph): readonly string[] {
  const values = inferShapes(graph)
  return graph.nodes.map(({ op, outputs }) => {
    const { dtype } = values.get(outputs[0]!)!
    if (op === 'Cast') return dtype
    return dtype === 'float16' ? `${op}½` : op
  })
}

/** A graph from x, float32 ['N', 4], to what the nodes make of it. */
function graphOf(write: (builder: Builder, x: string) => string): Graph {
  const b = build('mixed')
  b.output(write(b, b.input({ name: 'x', dtype: 'float32', shape: ['N', 4] })))
  return b.finish()
}

const dense = (b: Builder, x: string): string => b.node('MatMul', [x, b.weight(b.fresh('w'), filled(4, 4))])

test('activations stay in float16 between products, and what leaves is float32', () => {
  const graph = graphOf((b, x) => {
    const biased = b.node('Add', [dense(b, x), b.weight('bias', filled(4))])
    return dense(b, b.node('Relu', [biased]))
  })
  const mixed = inMixedPrecision(graph)
  assert.deepEqual(told(mixed), [
    ...['float16', 'float16', 'MatMul½', 'float16', 'Add½', 'Relu½'],
    ...['float16', 'MatMul½', 'float32'],
  ])
  assert.deepEqual([mixed.inputs, mixed.outputs], [graph.inputs, graph.outputs])
  assert.deepEqual(mixed.weights, graph.weights)
})

test('normalisations, softmax, sums and what is only on its way to them stay float32', () => {
  const graph = graphOf((b, x) => {
    const y = b.node('Relu', [dense(b, x)])
    const soft = b.node('Softmax', [b.node('Mul', [y, y])])
    return b.node('ReduceSum', [b.node('Add', [dense(b, soft), soft])], { keepdims: int(0) })
  })
  assert.deepEqual(told(inMixedPrecision(graph)), [
    ...['float16', 'float16', 'MatMul½', 'float32', 'Relu', 'Mul', 'Softmax'],
    ...['float16', 'float16', 'MatMul½', 'float32', 'Add', 'ReduceSum'],
  ])
})

test('a value is converted once for all that read it, and before it is only moved', () => {
  const graph = graphOf((b, x) => {
    const turned = b.node('Transpose', [b.node('Sigmoid', [x])], { perm: ints([1, 0]) })
    const apart = [turned, turned].map(each => b.node('MatMul', [b.input(wide(b)), each]))
    return b.node('Add', apart as [string, string])
  })
  assert.deepEqual(told(inMixedPrecision(graph)), [
    ...['Sigmoid', 'float16', 'Transpose½', 'float16', 'MatMul½', 'float32'],
    ...['float16', 'MatMul½', 'float32', 'Add'],
  ])
})

const wide = (b: Builder) => ({ name: b.fresh('left'), dtype: 'float32' as const, shape: [3, 4] })

test('a constant that float16 cannot hold keeps its operator in float32', () => {
  const tensor = (scale: number): Tensor => float32([], [scale])
  const forms: readonly ((b: Builder, scale: number) => string)[] = [
    (b, scale) => b.weight('scale', tensor(scale)),
    (b, scale) => b.node('Constant', [], { value: tensorAttribute(tensor(scale)) }),
    (b, scale) => b.node('Constant', [], { value_float: float(scale) }),
  ]
  for (const form of forms) {
    const scaledBy = (scale: number): readonly string[] =>
      told(inMixedPrecision(graphOf((b, x) => dense(b, b.node('Mul', [dense(b, x), form(b, scale)])))))
    for (const scale of [0.5, 0, -65504, 2 ** -14]) assert.ok(scaledBy(scale).includes('Mul½'), `${scale}`)
    for (const scale of [1e-8, 1e6, Number.POSITIVE_INFINITY]) assert.ok(scaledBy(scale).includes('Mul'), `${scale}`)
  }
})

test('the slope of a Relu is taken in float16, a pooling with places in float32', () => {
  const b = build('slope')
  const x = b.input({ name: 'x', dtype: 'float32', shape: ['N', 2, 4, 4] })
  const convolved = b.node('Conv', [x, b.weight('w', filled(2, 2, 1, 1))])
  const above = b.node('Cast', [b.node('Greater', [convolved, b.constant(float32([], [0]))])], { to: int(1) })
  const pooled = b.nodes('MaxPool', [b.node('Mul', [convolved, above])], { kernel_shape: ints([2, 2]) }, 2)
  const plain = b.node('MaxPool', [b.node('Mul', [convolved, above])], { kernel_shape: ints([2, 2]) })
  for (const name of [pooled[1]!, b.node('Conv', [pooled[0]!, 'w']), b.node('Conv', [plain, 'w'])]) b.output(name)
  const operators = told(inMixedPrecision(b.finish()))
  for (const operator of ['Mul½', 'MaxPool½', 'MaxPool']) assert.ok(operators.includes(operator), operator)
  assert.equal(operators.filter(operator => operator === 'Conv½').length, 3)
})

test('a mixed graph computes what it computed, to the digits of float16', () => {
  const graph = graphOf((b, x) => dense(b, b.node('Relu', [b.node('Add', [dense(b, x), b.weight('bias', filled(4))])])))
  const inputs = { x: float32([3, 4], [0.1, -0.7, 1.3, 2.9, 0.4, 0.25, -3.3, 0.01, 1, 2, 3, 4]) }
  const [name] = graph.outputs.map(output => output.name) as [string]
  const [wanted, found] = [graph, inMixedPrecision(graph)].map(each => interpret(each, inputs)[name]!)
  assert.notDeepEqual(found, wanted)
  allClose(found!, wanted!, { relative: 4 * 2 ** -11 })
})

test('networks of torchvision with their gradients are valid in mixed precision', { skip: needOnnx() }, () => {
  const names = ['resnet50', 'mobilenet-v3', 'convnext-tiny', 'vit-b-16'] as const
  const graphs = names.map(name => inMixedPrecision(torchNetwork(name).training))
  for (const graph of graphs) {
    assert.deepEqual(check(graph), [])
    const values = inferShapes(graph)
    const halves = new Set(
      graph.nodes.filter(node => values.get(node.outputs[0]!)?.dtype === 'float16').map(({ op }) => op),
    )
    assert.ok(halves.has('Gemm') && halves.has('Conv'))
    for (const op of ['ReduceSum', 'Softmax', 'LayerNormalization', 'BatchNormalization', 'Exp', 'Div'])
      assert.ok(!halves.has(op), op)
  }
  assert.deepEqual(onnxCheck(graphs.map(encode)), [])
})
