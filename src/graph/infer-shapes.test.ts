import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { gradientCases } from '../autodiff/gradient-cases.test.fixture.ts'
import { float32, int64 } from '../core/index.ts'
import { needData, sharedData } from '../testing/needs.ts'
import type { OnnxVerdict } from '../testing/onnx-checker.ts'
import { needOnnx, onnxVerdicts } from '../testing/onnx-checker.ts'
import { onnxTestModels } from '../testing/onnx-models.ts'
import { int } from './attributes.ts'
import { build } from './builder.ts'
import { decode } from './decode.ts'
import { dtypeCodes } from './dtype-codes.ts'
import { encode } from './encode.ts'
import type { Dimension, Graph } from './graph.ts'
import { inferShapes } from './infer-shapes.ts'
import { filled, operatorZoo } from './operator-zoo.test.fixture.ts'
import { operators } from './shapes/rules.ts'

/** Where onnx knows a size we must know the same; where it knows none, ours may be anything. */
function assertAgrees(graph: Graph, verdict: OnnxVerdict): void {
  assert.equal(verdict.problem, null, graph.name)
  const values = inferShapes(graph)
  for (const [name, shape] of Object.entries(verdict.shapes)) {
    const ours = values.get(name)
    assert.equal(ours && dtypeCodes[ours.dtype], verdict.types[name], `type of ${name} in ${graph.name}`)
    if (shape === null || ours === undefined) continue
    const theirs = shape.map((size, i): Dimension | undefined => (isKnown(size) ? size : ours.shape[i]))
    assert.deepEqual(ours.shape, theirs, `shape of ${name} in ${graph.name}`)
  }
}

/** onnx invents names such as `unk__0` for sizes that it does not know. */
function isKnown(size: number | string | null): size is number | string {
  return size !== null && !String(size).startsWith('unk__')
}

test('inferShapes() agrees with onnx on every operator', { skip: needOnnx() }, () => {
  // The sizes that onnx computes with are stated in the outputs too, so they are left out there.
  const zoo = operatorZoo()
  const open = zoo.map(graph => ({
    ...graph,
    outputs: graph.outputs.map(output => ({ ...output, shape: output.shape.map(() => '?') })),
  }))
  const verdicts = onnxVerdicts(open.map(encode))
  for (const [i, graph] of zoo.entries()) assertAgrees(graph, verdicts[i]!)
})

test('inferShapes() agrees with onnx on MobileNet', { skip: needOnnx() || needData('backbones') }, () => {
  const graph = decode(readFileSync(sharedData('backbones', 'mobilenet_v1_block12.onnx')))
  const [verdict] = onnxVerdicts([encode(graph)])
  assertAgrees(graph, verdict!)
  assert.equal(graph.nodes.length, Object.keys(verdict!.shapes).length)
  assert.deepEqual(inferShapes(graph).get('features')?.shape, ['N', 1024, 7, 7])
})

test('inferShapes() agrees with onnx on the well-known networks that it brings', { skip: needOnnx() }, () => {
  const graphs = [...onnxTestModels()]
    .filter(([name]) => name.startsWith('light'))
    .map(([, path]) => decode(readFileSync(path)))
  assert.equal(graphs.length, 9)
  const verdicts = onnxVerdicts(graphs.map(encode))
  for (const [i, graph] of graphs.entries()) assertAgrees(graph, verdicts[i]!)
})

test('every operator that has a shape rule stands in the zoo or in a gradient case, which onnx judges too', () => {
  const seen = new Set([
    ...operatorZoo().flatMap(graph => graph.nodes.map(node => node.op)),
    ...gradientCases.map(({ op }) => op),
  ])
  const untested = Object.keys(operators).filter(op => !seen.has(op))
  assert.deepEqual(untested, [])
})

test('a batch of unknown size stays named through computed reshapes', () => {
  const graph = operatorZoo().at(-1)!
  assert.deepEqual(inferShapes(graph).get('y'), { name: 'y', dtype: 'float32', shape: ['N', 12, 16] })
})

test('a resized value has the sizes that are computed for it, with empty scales beside them', () => {
  const b = build('resized')
  const x = b.input({ name: 'x', dtype: 'float32', shape: ['N', 3, 4, 4] })
  const integers = (...values: number[]): string => b.constant(int64([values.length], values))
  const kept = b.node('Slice', [b.node('Shape', [x]), integers(0), integers(2)])
  const sizes = b.node('Concat', [kept, integers(8, 6)], { axis: int(0) })
  const none = b.constant(float32([0], []))
  assert.deepEqual(b.valueOf(b.node('Resize', [x, none, none, sizes])).shape, ['N', 3, 8, 6])
})

test('an operator that is not known gives values that are not known', () => {
  const graph: Graph = {
    ...build('g').finish(),
    inputs: [{ name: 'x', dtype: 'float32', shape: ['N', 3] }],
    nodes: [
      { op: 'Mystery', inputs: ['x'], outputs: ['a'], attributes: {} },
      { op: 'Relu', inputs: ['a'], outputs: ['b'], attributes: {} },
    ],
  }
  assert.deepEqual([...inferShapes(graph).keys()], ['x'])
  const stated = { ...graph, values: [{ name: 'a', dtype: 'float32' as const, shape: ['N', 9] }] }
  assert.deepEqual(inferShapes(stated).get('b')?.shape, ['N', 9])
})

test('contradicting shapes are one sentence that names the node', () => {
  const contradictions: readonly [string, readonly (readonly (number | string)[])[], RegExp][] = [
    ['Add', [[2, 3], [4]], /at Add "y": \[2, 3\] and \[4\] do not broadcast/],
    [
      'MatMul',
      [
        [2, 3],
        [4, 5],
      ],
      /inner sizes of \[2, 3\] and \[4, 5\] differ: 3 and 4/,
    ],
    [
      'Conv',
      [
        ['N', 3, 8, 8],
        [4, 2, 3, 3],
      ],
      /input has 3 channels, the weight \[4, 2, 3, 3\] is for 2/,
    ],
    [
      'Conv',
      [
        ['N', 3, 2, 2],
        [4, 3, 3, 3],
      ],
      /a window of 3 does not fit into 2 \+ 0 \+ 0/,
    ],
    [
      'Gemm',
      [
        [2, 3, 4],
        [4, 5],
      ],
      /must be matrices/,
    ],
  ]
  for (const [op, shapes, message] of contradictions) {
    const graph: Graph = {
      ...build('g').finish(),
      inputs: shapes.map((shape, i) => ({ name: `x${i}`, dtype: 'float32', shape })),
      nodes: [{ op, inputs: shapes.map((_, i) => `x${i}`), outputs: ['y'], attributes: {} }],
    }
    assert.throws(() => inferShapes(graph), message)
  }
})

test('the builder throws where a contradiction is made', () => {
  const b = build('g')
  const x = b.input({ name: 'x', dtype: 'float32', shape: ['N', 3] })
  assert.throws(() => b.node('Gemm', [x, b.weight('w', filled(4, 2))]), /Cannot build graph "g": at Gemm/)
  assert.throws(() => b.node('Relu', ['y']), /input "y" of Relu does not exist yet/)
  assert.throws(() => b.node('Softmax', [b.node('Cast', [x], { to: int(7) })]), /an input is int64, float32 or/)
})
