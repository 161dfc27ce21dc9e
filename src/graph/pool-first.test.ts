import assert from 'node:assert/strict'
import { test } from 'node:test'
import { float32, random } from '../core/index.ts'
import { ints } from './attributes.ts'
import { build } from './builder.ts'
import { check } from './check.ts'
import type { Graph } from './graph.ts'
import { inferShapes } from './infer-shapes.ts'
import { poolFirst } from './pool-first.ts'

function pooled(outputs: readonly string[]): Graph {
  const b = build('pooled')
  const x = b.input({ name: 'x', dtype: 'float32', shape: ['N', 2, 8, 8] })
  const moved = b.node('Add', [x, b.weight('w', float32([2, 1, 1], random(1, 'w').fill(new Float32Array(2))))], {})
  const relu = b.node('Relu', [moved], {}, { name: 'relu' })
  b.node('MaxPool', [relu], { kernel_shape: ints([2, 2]), strides: ints([2, 2]) }, { name: 'pool' })
  for (const name of outputs) b.output(name)
  return b.finish()
}

test('a Relu moves behind the pool that alone reads it, and the pool’s value keeps its name', () => {
  const graph = pooled(['pool'])
  const found = poolFirst(graph)
  assert.deepEqual(check(found), [])
  assert.deepEqual(
    found.nodes.map(({ op }) => op),
    ['Add', 'MaxPool', 'Relu'],
  )
  assert.deepEqual([found.outputs, found.nodes.at(-1)?.outputs], [graph.outputs, ['pool']])
})

test('what a file states of the value that is pooled does not stay behind', () => {
  const stated = { name: 'relu', dtype: 'float32' as const, shape: ['N', 2, 8, 8] }
  const other = { name: 'pool', dtype: 'float32' as const, shape: ['N', 2, 4, 4] }
  const found = poolFirst({ ...pooled(['pool']), values: [stated, other] })
  assert.deepEqual(found.values, [other])
  assert.deepEqual(inferShapes(found).get('relu')?.shape, ['N', 2, 4, 4])
})

test('a Relu that others read stays where it is', () => {
  const graph = pooled(['relu', 'pool'])
  assert.deepEqual(poolFirst(graph), graph)
})
