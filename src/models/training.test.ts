import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { addLoss, differentiate, gradientName } from '../autodiff/index.ts'
import { binaryCrossEntropy } from '../core/index.ts'
import { check, cutAt, encode, type Graph, inferShapes, weightsAsInputs } from '../graph/index.ts'
import { needData, sharedData } from '../testing/needs.ts'
import { needOnnx, onnxCheck } from '../testing/onnx-checker.ts'
import { tinyFile, tinyGraph } from './backbones.test.fixture.ts'
import { network } from './build-network.ts'
import { explanationGraph } from './explain.ts'
import type { Network } from './network.ts'
import type { BackboneSpec, HeadSpec } from './specs.ts'
import { trainingGraph } from './training-graph.ts'

/** Forward, loss and backward of the trained part, as training runs it. */
function gradients(made: Network): Graph {
  const { after } = cutAt(trainingGraph(made).graph, made.boundary)
  const tail = weightsAsInputs(after, made.parameters)
  return differentiate(addLoss(tail, binaryCrossEntropy(), { logits: 'logits' }), { loss: 'loss', of: made.parameters })
}

const linear: HeadSpec = { kind: 'linear' }
const dense: HeadSpec = { kind: 'dense', units: [8], dropout: [0.5, 0.3] }
const small: BackboneSpec = { kind: 'vgg-small', size: 32, widths: [4, 8] }
const tiny: BackboneSpec = { kind: 'onnx', path: 'tiny' }

function assertTrains(networks: readonly Network[]): void {
  const graphs = networks.map(made => {
    const graph = gradients(made)
    assert.deepEqual(check(graph), [])
    const shapes = inferShapes(graph)
    for (const name of made.parameters) {
      assert.deepEqual(shapes.get(gradientName(name))?.shape, made.graph.weights[name]!.shape, name)
    }
    return graph
  })
  assert.deepEqual(onnxCheck(graphs.map(encode)), [])
}

test('each trained part has gradients of its parameters, and onnx.checker takes them', { skip: needOnnx() }, () => {
  const options = { backboneBytes: tinyFile(), classes: ['A', 'B'], seed: 1 }
  assertTrains([
    network({ ...options, backbone: small, head: linear }),
    network({ ...options, backbone: small, head: dense }),
    network({ ...options, backbone: tiny, head: linear }),
    network({ ...options, backbone: tiny, head: dense }),
    network({ ...options, backbone: { ...tiny, trainFrom: 'middle' }, head: linear }),
  ])
})

test('files of newer operator sets train and explain too', { skip: needOnnx() }, () => {
  const networks = [18, 21].map(opset =>
    network({
      backbone: { ...tiny, trainFrom: 'middle' },
      backboneBytes: encode({ ...tinyGraph(), opset }),
      head: dense,
      classes: ['A', 'B'],
      seed: 1,
    }),
  )
  assertTrains(networks)
  const explanations = networks.map(({ graph, explain }) => explanationGraph(graph, explain, 1, 2))
  assert.deepEqual(onnxCheck(explanations.map(encode)), [])
})

test('MobileNet trains from its tenth block on', { skip: needOnnx() || needData('backbones') }, () => {
  const backboneBytes = readFileSync(sharedData('backbones', 'mobilenet_v1_block12.onnx'))
  const backbone: BackboneSpec = { kind: 'onnx', path: 'mobilenet', trainFrom: 'conv_pw_10_relu' }
  const made = network({ backbone, backboneBytes, head: linear, classes: ['A'], seed: 1 })
  assert.ok(made.parameters.length > 6, made.parameters.join(' '))
  assertTrains([made])
})
