import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { float32, floats, type Tensor } from '../core/index.ts'
import { onnxRuntime } from '../engine/index.ts'
import { check, decode, encode, type Graph, inferShapes, withOutputs } from '../graph/index.ts'
import { needOnnx, onnxCheck } from '../testing/onnx-checker.ts'
import { onnxTestModels } from '../testing/onnx-models.ts'
import { network } from './build-network.ts'
import type { Network } from './network.ts'

/** The well-known networks that onnx brings (operator set 9, batch 1), and the features they must be cut at. */
const features = {
  bvlc_alexnet: [256, 6, 6],
  densenet121: [1024, 7, 7],
  inception_v1: [1024, 6, 6],
  inception_v2: [1024, 7, 7],
  resnet50: [2048, 7, 7],
  shufflenet: [544, 7, 7],
  squeezenet: [1000, 13, 13],
  vgg19: [512, 7, 7],
  zfnet512: [512, 6, 6],
} as const

const bytesOf = (name: string): Uint8Array => {
  const path = [...onnxTestModels()].find(([file]) => file.endsWith(`light_${name}.onnx`))?.[1]
  return readFileSync(path ?? assert.fail(`onnx brings no ${name}`))
}

const onto = (name: string): Network =>
  network({
    backbone: { kind: 'onnx', path: name },
    backboneBytes: bytesOf(name),
    head: { kind: 'linear' },
    classes: ['A'],
    seed: 1,
  })

test('well-known networks become backbones for any batch', { skip: needOnnx() }, () => {
  const networks = Object.entries(features).map(([name, shape]) => {
    const { graph, explain } = onto(name)
    assert.deepEqual(inferShapes(graph).get(explain)?.shape, ['N', ...shape], name)
    assert.deepEqual(check(graph), [], name)
    return graph
  })
  assert.deepEqual(onnxCheck(networks.map(encode)), [])
})

test('an old file for one image gives the same features in a batch', { skip: needOnnx() }, async () => {
  const { graph, explain } = onto('shufflenet')
  const pixels = Float32Array.from({ length: 3 * 224 * 224 }, (_, i) => Math.sin(i))
  const single = float32([1, 3, 224, 224], pixels)
  const pair = float32([2, 3, 224, 224], Float32Array.from([...pixels, ...pixels]))
  const before = await computed(withOutputs(decode(bytesOf('shufflenet')), [explain]), single)
  const now = await computed(withOutputs(graph, [explain]), pair)
  assert.deepEqual(now.shape, [2, 544, 7, 7])
  const [old, both] = [floats(before), floats(now)]
  const largest = Math.max(...old.map(Math.abs))
  const change = both.reduce((most, value, i) => Math.max(most, Math.abs(value - old[i % old.length]!)), 0)
  assert.ok(change <= 1e-5 * largest, `${change} of ${largest}`)
})

async function computed(graph: Graph, image: Tensor): Promise<Tensor> {
  await using program = await onnxRuntime().load(graph, { threads: 1 })
  const outputs = await program.run({ [graph.inputs[0]!.name]: image })
  return outputs[graph.outputs[0]!.name]!
}
