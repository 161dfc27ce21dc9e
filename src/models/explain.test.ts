import assert from 'node:assert/strict'
import test from 'node:test'
import { check, encode, inferShapes } from '../graph/index.ts'
import { needOnnx, onnxCheck } from '../testing/onnx-checker.ts'
import { tinyFile } from './backbones.test.fixture.ts'
import { network } from './build-network.ts'
import { explanationGraph } from './explain.ts'
import type { Network } from './network.ts'
import type { HeadSpec } from './specs.ts'

const classes = ['A', 'B', 'C']
const heads: readonly HeadSpec[] = [{ kind: 'linear' }, { kind: 'dense', units: [5, 4], dropout: [0.5] }]
const networks: readonly Network[] = heads.flatMap(head => [
  network({ backbone: { kind: 'vgg-small', size: 32, widths: [4, 8] }, head, classes, seed: 1 }),
  network({ backbone: { kind: 'onnx', path: 'tiny' }, backboneBytes: tinyFile(), head, classes, seed: 1 }),
])

test('an explanation gives logits and a heat map of the explained value, for every backbone and head', () => {
  for (const { graph, explain } of networks) {
    const explanation = explanationGraph(graph, explain, 2, 3)
    assert.deepEqual(check(explanation), [])
    assert.deepEqual(
      explanation.outputs.map(({ name }) => name),
      ['logits', 'heat'],
    )
    const [batch, , height, width] = inferShapes(graph).get(explain)!.shape
    assert.deepEqual(inferShapes(explanation).get('heat')?.shape, [batch, height, width])
  }
})

test('onnx.checker is content with explanations', { skip: needOnnx() }, () => {
  assert.deepEqual(onnxCheck(networks.map(({ graph, explain }) => encode(explanationGraph(graph, explain, 0, 3)))), [])
})
