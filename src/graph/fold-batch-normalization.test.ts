import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import * as ort from 'onnxruntime-node'
import type { Tensor } from '../core/index.ts'
import { elements, float32, floats, random } from '../core/index.ts'
import { needData, sharedData } from '../testing/needs.ts'
import { float, int, ints } from './attributes.ts'
import type { Builder } from './builder.ts'
import { build } from './builder.ts'
import { check } from './check.ts'
import { decode } from './decode.ts'
import { encode } from './encode.ts'
import { foldBatchNormalization } from './fold-batch-normalization.ts'
import type { Graph } from './graph.ts'

const draws = random(5)
const drawn = (shape: readonly number[], low: number, high: number): Tensor =>
  float32(
    shape,
    Float32Array.from({ length: elements(shape) }, () => low + (high - low) * draws.uniform()),
  )

function normalize(b: Builder, input: string, channels: number): string {
  const parameter = (name: string, low: number, high: number): string =>
    b.weight(b.fresh(name), drawn([channels], low, high))
  const parameters = [
    parameter('gamma', 0.5, 2),
    parameter('beta', -1, 1),
    parameter('mean', -1, 1),
    parameter('variance', 0.1, 2),
  ]
  return b.node('BatchNormalization', [input, ...parameters], { epsilon: float(1e-3) })
}

/** Grouped and depthwise convolutions with and without bias, dense layers both ways round. */
function network(): Graph {
  const b = build('network')
  let at = b.input({ name: 'x', dtype: 'float32', shape: ['N', 4, 6, 6] })
  at = b.node('Conv', [at, b.weight('grouped', drawn([6, 2, 3, 3], -1, 1))], { group: int(2) })
  at = normalize(b, at, 6)
  at = b.node('Conv', [at, b.weight('depthwise', drawn([6, 1, 2, 2], -1, 1)), b.weight('bias', drawn([6], -1, 1))], {
    group: int(6),
  })
  at = b.node('Relu', [normalize(b, at, 6)])
  at = b.node('Flatten', [b.node('MaxPool', [at], { kernel_shape: ints([3, 3]) })])
  at = normalize(b, b.node('Gemm', [at, b.weight('dense', drawn([6, 5], -1, 1))]), 5)
  at = normalize(
    b,
    b.node('Gemm', [at, b.weight('denseT', drawn([3, 5], -1, 1)), b.weight('c', drawn([3], -1, 1))], {
      transB: int(1),
    }),
    3,
  )
  b.output(b.node('Relu', [at], {}, { name: 'y' }))
  return b.finish()
}

async function outputsOf(graph: Graph, input: Tensor): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(encode(graph), { graphOptimizationLevel: 'disabled' })
  const feeds = { [graph.inputs[0]!.name]: new ort.Tensor('float32', floats(input), input.shape) }
  const { data } = (await session.run(feeds))[graph.outputs[0]!.name]!
  await session.release()
  assert.ok(data instanceof Float32Array)
  return data
}

/** Largest difference, relative to the largest value. */
function difference(a: Float32Array, b: Float32Array): number {
  const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) / largest
}

test('folding removes each normalisation behind Conv and Gemm and changes no output', async () => {
  const graph = network()
  const folded = foldBatchNormalization(graph)
  assert.deepEqual(
    folded.nodes.map(({ op }) => op),
    ['Conv', 'Conv', 'Relu', 'MaxPool', 'Flatten', 'Gemm', 'Gemm', 'Relu'],
  )
  assert.equal(Object.keys(folded.weights).length, 8)
  assert.deepEqual(check(folded), [])
  const input = drawn([3, 4, 6, 6], -1, 1)
  const change = difference(await outputsOf(graph, input), await outputsOf(folded, input))
  assert.ok(change < 1e-5, `relative difference ${change}`)
})

test('a normalisation whose input is used elsewhere stays', () => {
  const b = build('used')
  const x = b.input({ name: 'x', dtype: 'float32', shape: ['N', 2, 3, 3] })
  const conv = b.node('Conv', [x, b.weight('w', drawn([2, 2, 1, 1], -1, 1))])
  b.output(b.node('Add', [normalize(b, conv, 2), conv]))
  const graph = b.finish()
  assert.deepEqual(foldBatchNormalization(graph), graph)
})

test('MobileNet folds to convolutions and clips with the same features', { skip: needData('backbones') }, async () => {
  const graph = decode(readFileSync(sharedData('backbones', 'mobilenet_v1_block12.onnx')))
  const folded = foldBatchNormalization(graph)
  assert.equal(folded.nodes.filter(({ op }) => op === 'BatchNormalization').length, 0)
  assert.deepEqual(check(folded), [])
  const input = drawn([1, 3, 224, 224], -1, 1)
  const change = difference(await outputsOf(graph, input), await outputsOf(folded, input))
  assert.ok(change < 1e-5, `relative difference ${change}`)
})
