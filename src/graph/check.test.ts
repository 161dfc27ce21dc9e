import assert from 'node:assert/strict'
import test from 'node:test'
import { int64, tensor } from '../core/index.ts'
import { needOnnx, onnxVerdicts } from '../testing/onnx-checker.ts'
import { ints } from './attributes.ts'
import { build } from './builder.ts'
import { check } from './check.ts'
import { encode } from './encode.ts'
import type { Graph, Node } from './graph.ts'
import { filled } from './operator-zoo.test.fixture.ts'

const node = (op: string, inputs: readonly string[], outputs: readonly string[]): Node => ({
  op,
  inputs,
  outputs,
  attributes: {},
})

const good: Graph = {
  ...build('g').finish(),
  inputs: [{ name: 'x', dtype: 'float32', shape: ['N', 4] }],
  weights: { w: filled(4, 3) },
  nodes: [node('MatMul', ['x', 'w'], ['a']), node('Relu', ['a'], ['y'])],
  outputs: [{ name: 'y', dtype: 'float32', shape: ['N', 3] }],
}
const [matMul, relu] = good.nodes as [Node, Node]

const broken: Readonly<Record<string, { graph: Graph; message: RegExp; onnxTakesIt?: true }>> = {
  'a missing input': { graph: { ...good, weights: {} }, message: /input "w" does not exist/ },
  'nodes that are not sorted': { graph: { ...good, nodes: [relu, matMul] }, message: /"a" is made later/ },
  'a cycle': {
    graph: { ...good, nodes: [node('Add', ['x', 'b'], ['a']), node('Relu', ['a'], ['b']), node('Neg', ['b'], ['y'])] },
    message: /"b" is made later/,
  },
  'a name made twice': { graph: { ...good, nodes: [matMul, relu, relu] }, message: /"y" is made a second time/ },
  'an output that no node makes': { graph: { ...good, nodes: [matMul] }, message: /output "y".*no node makes it/ },
  'an output declared twice': {
    graph: { ...good, outputs: [...good.outputs, ...good.outputs] },
    message: /declared twice/,
    onnxTakesIt: true,
  },
  'too few inputs': {
    graph: { ...good, nodes: [node('MatMul', ['x'], ['a']), relu] },
    message: /has 1 inputs, 2 were wanted/,
  },
  'too many inputs': {
    graph: { ...good, nodes: [matMul, node('Relu', ['a', 'x'], ['y'])] },
    message: /has 2 inputs, 1 were/,
  },
  'a required input that is not given': {
    graph: { ...good, nodes: [node('MatMul', ['x', ''], ['a']), relu] },
    message: /input 1 is not given/,
  },
  'element types that differ': {
    graph: { ...good, weights: { w: tensor('float64', [4, 3], new Float64Array(12)) } },
    message: /element types differ: float32 and float64/,
  },
  'a type that the operator does not take': {
    graph: { ...good, weights: { w: int64([1], [1]) }, nodes: [node('Sigmoid', ['w'], ['y'])] },
    message: /an input is int64/,
  },
  'shapes that contradict each other': { graph: { ...good, weights: { w: filled(5, 3) } }, message: /inner sizes/ },
  'an axis outside of the rank': {
    graph: { ...good, nodes: [matMul, { ...relu, op: 'ReduceMean', attributes: { axes: ints([3]) } }] },
    message: /axis 3 is outside of rank 2/,
  },
  'an output declared with another shape': {
    graph: { ...good, outputs: [{ name: 'y', dtype: 'float32', shape: ['N', 2] }] },
    message: /declared float32 \[N, 2\], it is float32 \[N, 3\]/,
  },
  'an output declared with another type': {
    graph: { ...good, outputs: [{ name: 'y', dtype: 'int64', shape: ['N', 3] }] },
    message: /declared int64/,
  },
  'an unknown operator': {
    graph: { ...good, nodes: [matMul, node('Relo', ['a'], ['y'])] },
    message: /operator is unknown/,
  },
  'a domain without a version': {
    graph: { ...good, nodes: [matMul, { ...relu, domain: 'com.example' }] },
    message: /domain "com.example" has no version/,
  },
}

test('a good graph has no fault', () => assert.deepEqual(check(good), []))

for (const [what, { graph, message }] of Object.entries(broken)) {
  test(`check() finds ${what}`, () => {
    assert.ok(
      check(graph).some(fault => message.test(`${fault.where}: ${fault.message}`)),
      JSON.stringify(check(graph)),
    )
  })
}

test('onnx.checker refuses what check() refuses', { skip: needOnnx() }, () => {
  const strict = Object.entries(broken).filter(([, { onnxTakesIt }]) => !onnxTakesIt)
  const verdicts = onnxVerdicts(strict.map(([, { graph }]) => encode(graph)))
  const taken = strict.flatMap(([what], i) => (verdicts[i]!.problem === null ? [what] : []))
  assert.deepEqual(taken, [])
})

test('an operator of another domain is believed', () => {
  const graph = { ...good, nodes: [matMul, { ...relu, domain: 'com.example' }], domains: { 'com.example': 1 } }
  assert.deepEqual(check(graph), [])
})
