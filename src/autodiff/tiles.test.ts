import assert from 'node:assert/strict'
import { test } from 'node:test'
import { float32 } from '../core/index.ts'
import { interpret } from '../engine/index.ts'
import { build, type Graph, int, ints } from '../graph/index.ts'
import { differentiate, gradientName } from './differentiate.ts'

function pooled(width: number, strides: readonly number[]): Graph {
  const b = build('pooled')
  const x = b.input({ name: 'x', dtype: 'float32', shape: ['N', 1, 2, width] })
  const y = b.node('MaxPool', [x], { kernel_shape: ints([2, 2]), strides: ints(strides) })
  b.output(b.node('ReduceSum', [y], { keepdims: int(0) }, { name: 'loss' }))
  return differentiate(b.finish(), { loss: 'loss', of: ['x'] })
}

const scatters = (graph: Graph): boolean => graph.nodes.some(({ op }) => op === 'ScatterElements')

test('equal maxima of windows that lie side by side share the gradient evenly', () => {
  const x = float32([1, 1, 2, 6], [1, 0, 5, 5, -2, -2, 0, 0, 5, 1, -2, -2])
  const gradient = interpret(pooled(6, [2, 2]), { x }, { outputs: [gradientName('x')] })[gradientName('x')]
  const third = 1 / 3
  const wanted = [1, 0, third, third, 0.25, 0.25, 0, 0, third, 0, 0.25, 0.25]
  const found = Array.from(gradient!.data as ArrayLike<number>)
  assert.ok(
    found.every((value, i) => Math.abs(value - wanted[i]!) < 1e-6),
    found.join(', '),
  )
})

test('only windows that overlap or leave numbers out need the places of their maxima', () => {
  assert.ok(!scatters(pooled(6, [2, 2])))
  assert.ok(scatters(pooled(6, [2, 1])), 'overlapping')
  assert.ok(scatters(pooled(7, [2, 2])), 'a column left out')
  assert.ok(scatters(pooled(6, [2, 3])), 'gaps')
})
