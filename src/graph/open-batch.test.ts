import assert from 'node:assert/strict'
import test from 'node:test'
import { float32, floats, int64, type Tensor } from '../core/index.ts'
import { int, ints } from './attributes.ts'
import { type Builder, build } from './builder.ts'
import { check } from './check.ts'
import { dtypeCodes } from './dtype-codes.ts'
import type { Graph } from './graph.ts'
import { inferShapes } from './infer-shapes.ts'
import { openBatch } from './open-batch.ts'

const longs = (...values: readonly number[]): Tensor => int64([values.length], values)
const evaluated: string[] = []
const opened = (graph: Graph, stated: number | string = 1): Graph => {
  evaluated.length = 0
  return openBatch(withAnyBatch(graph), stated, node => {
    evaluated.push(node.op)
    return undefined
  })
}
/** What reading a file does to its input. */
const withAnyBatch = (graph: Graph): Graph => ({
  ...graph,
  inputs: graph.inputs.map(input => ({ ...input, shape: ['N', ...input.shape.slice(1)] })),
})
const shapeOf = (graph: Graph, name: string): string => String(inferShapes(graph).get(name)?.shape)

/** A graph for one film [1, 3, 4, 4]. */
function forOne(make: (b: Builder, image: string) => string): Graph {
  const b = build('one')
  b.output(make(b, b.input({ name: 'image', dtype: 'float32', shape: [1, 3, 4, 4] })))
  return b.finish()
}

const reshape = (b: Builder, from: string, ...to: readonly number[]): string =>
  b.node('Reshape', [from, b.constant(longs(...to))])

test('a Reshape for one film takes any number of them, wherever the films stand', () => {
  const graph = opened(
    forOne((b, image) => {
      const tokens = b.node('Transpose', [reshape(b, image, 1, 3, 16)], { perm: ints([2, 0, 1]) }) // [16, 1, 3]
      const rows = reshape(b, tokens, 16, 3) // films at the end of axis 0
      const back = reshape(b, rows, 16, 1, 3)
      const heads = reshape(b, back, 16, 3, 1) // films at the beginning of axis 1
      return reshape(b, b.node('Transpose', [heads], { perm: ints([1, 0, 2]) }), 1, 3, 16, 1)
    }),
  )
  assert.deepEqual(check(graph), [])
  assert.deepEqual(
    graph.nodes.map(({ outputs: [name] }) => shapeOf(graph, name!)),
    ['N,3,16', '16,N,3', '16*N,3', '16,N,3', '16,3*N,1', '3*N,16,1', 'N,3,16,1'],
  )
})

test('-1 in a file for one film does not take the films', () => {
  const graph = opened(forOne((b, image) => reshape(b, image, 1, -1, 16)))
  assert.equal(shapeOf(graph, 'Reshape'), 'N,3,16')
  assert.deepEqual(graph.weights[graph.nodes[0]!.inputs[1]!], longs(0, 3, 16))
})

test('a file for any number of films keeps the sizes that it states', () => {
  const graph = forOne((b, image) => reshape(b, image, -1, 16))
  assert.equal(opened(graph, 'batch').nodes[0], graph.nodes[0])
  assert.equal(shapeOf(opened(graph, 'batch'), 'Reshape'), '3*N,16')
})

test('what is there once a batch is repeated for each film where it meets them', () => {
  const graph = opened(
    forOne((b, image) => {
      const token = b.weight('token', float32([1, 1, 16], new Float32Array(16)))
      return b.node('Concat', [token, reshape(b, image, 1, 3, 16)], { axis: int(1) }, { name: 'tokens' })
    }),
  )
  assert.deepEqual(check(graph), [])
  assert.equal(shapeOf(graph, 'tokens'), 'N,4,16')
  assert.deepEqual(
    graph.nodes.map(({ op }) => op),
    ['Reshape', 'Shape', 'Gather', 'Concat', 'Expand', 'Concat'],
  )
})

test('sizes that nodes compute become numbers, and films are read off the image', () => {
  const graph = opened(
    forOne((b, image) => {
      const batch = b.node('Gather', [b.node('Shape', [image]), b.constant(longs(0))], { axis: int(0) })
      const target = b.node('Concat', [batch, b.constant(longs(16, 3))], { axis: int(0) })
      const places = b.node('Reshape', [image, target])
      const one = b.weight('token', float32([1, 1, 3], Float32Array.of(1, 2, 3)))
      const sizes = b.node('Concat', [batch, b.constant(longs(1, 3))], { axis: int(0) })
      return b.node('Concat', [b.node('Expand', [one, sizes]), places], { axis: int(1) }, { name: 'tokens' })
    }),
    'batch',
  )
  assert.equal(shapeOf(graph, 'tokens'), 'N,17,3')
  const target = graph.nodes.find(({ op }) => op === 'Reshape')!.inputs[1]!
  assert.deepEqual(graph.weights[target], longs(0, 16, 3))
})

test('whole numbers that do not depend on the image are computed once', () => {
  const b = build('constants')
  const image = b.input({ name: 'image', dtype: 'float32', shape: [1, 2] })
  const side = b.node('NonZero', [b.weight('mask', int64([4], [0, 1, 0, 1]))])
  b.output(b.node('Add', [image, b.node('Cast', [side], { to: int(1) })]))
  const evaluate = openBatch(withAnyBatch(b.finish()), 1, ({ op, outputs: [name] }) =>
    op === 'NonZero' ? { [name!]: int64([1, 2], [1, 3]) } : undefined,
  )
  assert.deepEqual(evaluate.weights['NonZero'], int64([1, 2], [1, 3]))
  assert.deepEqual(
    evaluate.nodes.map(({ op }) => op),
    ['Cast', 'Add'],
  )
})

test('a learned number stays with its node', () => {
  const graph = opened(
    forOne((b, image) => {
      const scale = b.weight('scale', float32([3, 1, 1], Float32Array.of(1, 2, 3)))
      return b.node('Mul', [image, b.node('Neg', [scale])])
    }),
  )
  assert.deepEqual(
    graph.nodes.map(({ op }) => op),
    ['Neg', 'Mul'],
  )
  assert.deepEqual([...floats(graph.weights['scale']!)], [1, 2, 3])
  assert.deepEqual(evaluated, [])
})

test('a number of 16 bits stays with its node', () => {
  const graph = opened(
    forOne((b, image) => {
      const half = b.node('Cast', [b.weight('half', float32([1], [0.5]))], { to: int(dtypeCodes.float16) })
      return b.node('Mul', [b.node('Cast', [image], { to: int(dtypeCodes.float16) }), half])
    }),
  )
  assert.deepEqual(
    graph.nodes.map(({ op }) => op),
    ['Cast', 'Cast', 'Mul'],
  )
  assert.deepEqual(evaluated, [])
})

test('what holds on to one film is named', () => {
  const graph = forOne((b, image) => {
    const column = b.node('Transpose', [reshape(b, image, 1, 48)], { perm: ints([1, 0]) })
    return b.node('MatMul', [column, b.weight('w', float32([1, 2], Float32Array.of(1, 2)))], {}, { name: 'mix' })
  })
  assert.throws(
    () => opened(graph),
    /Cannot open the graph "one" for any number of films: at MatMul "mix": inner sizes/,
  )
})

test('a file for two films at a time is opened, too', () => {
  const rows = build('rows')
  rows.output(reshape(rows, rows.input({ name: 'image', dtype: 'float32', shape: [2, 3, 4, 4] }), 6, 16))
  assert.equal(shapeOf(opened(rows.finish(), 2), 'Reshape'), '3*N,16')
})
