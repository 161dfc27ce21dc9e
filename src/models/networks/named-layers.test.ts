import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../core/index.ts'
import type { Layer } from '../layers.ts'
import type { Weights } from '../weights/weights.ts'
import { emptyState, originCases } from './drawn.test.fixture.ts'
import { definitions } from './named.ts'
import { pretrainedBackbone } from './named-backbone.ts'
import { layersOfFile, layersOfNetwork } from './named-layers.ts'
import type { NetworkName } from './names.ts'
import type { NamedOptions } from './written-network.ts'

const named = (network: NetworkName, rest: Partial<NamedOptions> = {}): NamedOptions => ({
  network,
  definition: definitions[network],
  contract: { size: 64 },
  ...rest,
})

const layerOf = (layers: readonly Layer[], name: string): Layer =>
  layers.find(({ value }) => value === name) ?? assert.fail(`no ${name}`)

test('a layer has its operators, its shape, its parameters and the names of the libraries', () => {
  const { layers, cut, parameters } = layersOfNetwork(named('vgg16'))
  const { operator, shape, parameters: own, aliases, trainFrom } = layerOf(layers, 'block5_conv3')
  assert.deepEqual([operator, own, aliases, trainFrom], ['Conv, Relu', 2_359_808, ['features.29'], true])
  assert.deepEqual([shape, cut, parameters], [['N', 512, 4, 4], 'block5_pool', 14_714_688])
  const resnet = layersOfNetwork(named('resnet50', { cut: 'conv4_block6_out' }))
  assert.equal(resnet.cut, 'layer3.5.relu')
  assert.deepEqual(layerOf(resnet.layers, 'layer3.5.conv3').aliases, ['conv4_block6_3_conv'])
  assert.equal(layerOf(resnet.layers, 'layer4').trainFrom, false)
})

/** Of the published numbers, those of the classifier left out. */
const published: Partial<Readonly<Record<NetworkName, number>>> = {
  resnet18: 11_689_512 - 513_000,
  resnet50: 25_557_032 - 2_049_000,
  densenet121: 7_978_856 - 1_025_000,
  mobilenet_v2: 3_504_872 - 1_281_000,
  efficientnet_b0: 5_288_548 - 1_281_000,
}

test('the parameters of all layers are as the libraries publish them', () => {
  for (const [network, wanted] of Object.entries(published)) {
    assert.equal(layersOfNetwork(named(network as NetworkName)).parameters, wanted, network)
  }
})

test("of a file the layers have the names and the contract of the file's library", () => {
  const of = originCases.find(({ origin, network }) => origin === 'Keras' && network === 'densenet121')!
  const weights = { format: 'keras', tensors: emptyState(of), about: {} } as const
  const { layers, contract } = layersOfFile(named('densenet121'), weights, 'file')
  assert.deepEqual(layerOf(layers, 'features.norm5').aliases, ['bn'])
  assert.deepEqual(contract.mean, [0.485, 0.456, 0.406])
})

for (const batchNorm of ['frozen', 'train'] as const) {
  test(`exactly the layers that are said to take trainFrom take it, with batch norms that are ${batchNorm}`, () => {
    const of = originCases.find(({ origin, network }) => origin === 'torchvision' && network === 'mobilenet_v2')!
    const weights = { format: 'pytorch', tensors: emptyState(of), about: {} } as const
    const { layers } = layersOfFile(named('mobilenet_v2', { batchNorm }), weights, 'file')
    // The network repeats its blocks: the first and the last ones stand for all.
    for (const { value, trainFrom } of [...layers.slice(0, 20), ...layers.slice(-16)]) {
      const options = named('mobilenet_v2', { batchNorm, trainFrom: value })
      assert.equal(takes(options, weights), trainFrom, value)
    }
  })
}

function takes(options: NamedOptions, weights: Weights): boolean {
  try {
    return pretrainedBackbone(options, weights, 'file').parameters.length > 0
  } catch (error) {
    if (error instanceof Problem) return false
    throw error
  }
}
