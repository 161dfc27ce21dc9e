import assert from 'node:assert/strict'
import test from 'node:test'
import { floats } from '../core/index.ts'
import { onnxRuntime } from '../engine/index.ts'
import { check, decode, encode } from '../graph/index.ts'
import { goldenPhantoms, tensorOf } from '../imaging/index.ts'
import { needOnnx, onnxCheck } from '../testing/onnx-checker.ts'
import { network } from './build-network.ts'
import { explanationGraph, referenceWeight } from './explain.ts'
import { withReference } from './explanation-reference.ts'

const [usual, other] = goldenPhantoms(2)
const plain = network({
  backbone: { kind: 'vgg-small', size: 32, widths: [4, 8] },
  head: { kind: 'linear' },
  classes: ['A'],
  seed: 1,
})
const usualFilms = { count: 12, read: async () => usual! }

test('a film that looks like every reference film has no heat, another one has some', async () => {
  const { graph, explain, contract } = await withReference(plain, usualFilms, onnxRuntime())
  await using program = await onnxRuntime().load(explanationGraph(graph, explain, 0, 1))
  const { heat } = await program.run({ image: await tensorOf([usual!, other!], contract) })
  const values = floats(heat!)
  const half = values.length / 2
  const largest = (part: Float32Array): number => Math.max(...part)
  assert.ok(largest(values.subarray(0, half)) < 1e-5)
  assert.ok(largest(values.subarray(half)) > 1e-3)
})

test('few films leave no reference, since it would show single patients', async () => {
  const made = await withReference(plain, { ...usualFilms, count: 9 }, onnxRuntime())
  assert.equal(referenceWeight in made.graph.weights, false)
})

test('a graph that carries a reference stays valid and round-trips', { skip: needOnnx() }, async () => {
  const { graph } = await withReference(plain, usualFilms, onnxRuntime())
  assert.deepEqual(check(graph), [])
  assert.deepEqual(decode(encode(graph)).weights[referenceWeight], graph.weights[referenceWeight])
  assert.deepEqual(onnxCheck([encode(graph)]), [])
})
