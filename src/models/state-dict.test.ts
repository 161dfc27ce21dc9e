import assert from 'node:assert/strict'
import { test } from 'node:test'
import { float32, floats, Problem, type Tensors } from '../core/index.ts'
import { tinyFile, tinyGraph } from './backbones.test.fixture.ts'
import { network } from './build-network.ts'
import { withStateDict } from './state-dict.ts'
import type { Weights } from './weights/weights.ts'

const graph = tinyGraph()

/** Every weight of the graph plus 1, and two tensors of another head. */
const shifted: Tensors = Object.fromEntries([
  ...Object.entries(graph.weights).map(([name, tensor]) => [
    name,
    float32(
      tensor.shape,
      floats(tensor).map(value => value + 1),
    ),
  ]),
  ['other/w', float32([1], [0])],
])
const weights = (tensors: Tensors): Weights => ({ format: 'pytorch', tensors, about: {} })

test('a graph takes its learned weights and the statistics of its norms from a state dict, by name', () => {
  const filled = withStateDict(graph, graph, weights(shifted), 'w.pth')
  assert.deepEqual(Object.keys(filled.weights), Object.keys(graph.weights))
  for (const name of ['c1/w', 'bn/0', 'bn/3', 'c2/b', 'fc']) assert.deepEqual(filled.weights[name], shifted[name], name)
})

test('an onnx backbone takes its weights from a file beside it, up to where it is cut', () => {
  const { fc: _behindTheCut, ...rest } = shifted
  const built = network({
    backbone: { kind: 'onnx', path: 'tiny.onnx', weights: 'w.pth' },
    backboneBytes: tinyFile(),
    weights: weights(rest),
    head: { kind: 'linear' },
    classes: ['A'],
    seed: 1,
  })
  assert.deepEqual(built.graph.weights['c2/w'], shifted['c2/w'])
})

test('what is missing or misshapen is named, with the nearest name that is left over', () => {
  const { 'c2/w': moved, ...rest } = shifted
  const refused = (tensors: Tensors, why: RegExp): void => {
    assert.throws(
      () => withStateDict(graph, graph, weights(tensors), 'w.pth'),
      (error: unknown) => error instanceof Problem && why.test(error.message),
    )
  }
  refused(
    { ...rest, 'c2/ww': moved! },
    /weights "w.pth" into graph "tiny": it lacks "c2\/w" float32 \[6, 4, 3, 3\], the nearest that it holds is "c2\/ww"/,
  )
  refused(
    { ...shifted, 'bn.running_mean': float32([4], [0, 0, 0, 0]) },
    /holds "bn.running_mean", but the graph has no such/,
  )
  refused(rest, /it holds "other\/w" that the graph does not have/)
  refused(
    { ...shifted, fc: float32([10, 6], new Float32Array(60)) },
    /"fc" is float32 \[10, 6\], float32 \[6, 10\] was wanted/,
  )
})
