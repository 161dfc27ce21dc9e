import assert from 'node:assert/strict'
import { test } from 'node:test'
import { float32, floats, Problem, random, type Tensors } from '../../core/index.ts'
import { onnxRuntime } from '../../engine/index.ts'
import { check } from '../../graph/index.ts'
import type { Backbone } from '../network.ts'
import { imageInput } from '../network.ts'
import type { Weights } from '../weights/weights.ts'
import { distance, drawnState, emptyState, mixed, type OriginCase, originCases } from './drawn.test.fixture.ts'
import { definitions } from './named.ts'
import { drawnBackbone, pretrainedBackbone } from './named-backbone.ts'
import type { NetworkName } from './names.ts'
import type { NamedOptions } from './written-network.ts'

const size = 64

const named = (network: string, rest: Omit<NamedOptions, 'network' | 'definition'> = {}): NamedOptions => ({
  network,
  definition: definitions[network as NetworkName],
  contract: { size },
  ...rest,
})

const weightsOf = (of: OriginCase, tensors: Tensors = drawnState(of)): Weights => ({
  format: of.origin === 'Keras' ? 'keras' : 'pytorch',
  tensors,
  about: {},
})

async function featuresOf(backbone: Backbone, pixels?: Float32Array): Promise<Float32Array> {
  const { graph, contract, features } = backbone
  await using program = await onnxRuntime().load(graph)
  const shape = [1, contract.channels, size, size]
  const image = float32(shape, pixels ?? mixed(9999, contract.channels * size * size))
  return floats((await program.run({ [imageInput]: image }))[features]!)
}

/** One of each kind of block in each library's way; other depths repeat the same blocks. */
const computed: readonly string[] = [
  'torchvision vgg11',
  'torchvision resnet18',
  'torchvision resnet50',
  'torchvision densenet121',
  'torchvision mobilenet_v2',
  'torchvision efficientnet_b0',
  'timm mobilenet_v2',
  'timm efficientnet_b0',
  'torchxrayvision densenet121',
  'Keras vgg16',
  'Keras resnet50',
  'Keras densenet121',
  'Keras mobilenet_v1',
]

for (const of of originCases) {
  if (!computed.includes(`${of.origin} ${of.network}`)) {
    test(`${of.network} takes all the weights of ${of.origin} and no others`, () => {
      const backbone = pretrainedBackbone(named(of.network), weightsOf(of, emptyState(of)), 'file')
      assert.deepEqual(check(backbone.graph), [])
      assert.deepEqual(backbone.featureShape, ['N', ...of.features.shape.slice(1)])
    })
    continue
  }
  test(`${of.network} gives the features of ${of.origin} from its weights`, async () => {
    const backbone = pretrainedBackbone(named(of.network), weightsOf(of), 'file')
    assert.deepEqual(check(backbone.graph), [])
    assert.deepEqual(backbone.featureShape, ['N', ...of.features.shape.slice(1)])
    const found = distance(await featuresOf(backbone), of.features)
    assert.ok(found <= 1e-4, `differs by ${found} of the largest`)
  })
}

const caseOf = (origin: OriginCase['origin'], network: string): OriginCase =>
  originCases.find(each => each.origin === origin && each.network === network) ??
  assert.fail(`no case ${origin} ${network}`)

test('the parameters of the libraries are as they publish them', () => {
  const parameters = Object.fromEntries(originCases.map(each => [`${each.origin} ${each.network}`, each.parameters]))
  assert.equal(parameters['torchvision vgg16'], 138_357_544)
  assert.equal(parameters['Keras vgg16'], 138_357_544)
  assert.equal(parameters['torchvision resnet50'], 25_557_032)
  assert.equal(parameters['Keras resnet50'], 25_636_712)
  assert.equal(parameters['torchvision densenet121'], 7_978_856)
  assert.equal(parameters['torchvision mobilenet_v2'], 3_504_872)
  assert.equal(parameters['Keras mobilenet_v1'], 4_253_864)
})

test('each library has its own contract, and the configuration has the last word', () => {
  const contractOf = (origin: OriginCase['origin'], network: string, contract = {}): Backbone['contract'] => {
    const of = caseOf(origin, network)
    const options = named(network, { contract: { size, ...contract } })
    return pretrainedBackbone(options, weightsOf(of, emptyState(of)), 'file').contract
  }
  const { order, range, mean } = contractOf('Keras', 'resnet50')
  assert.deepEqual([order, range, mean], ['bgr', [0, 255], [103.939, 116.779, 123.68]])
  assert.deepEqual(contractOf('torchvision', 'mobilenet_v2').deviation, [0.229, 0.224, 0.225])
  assert.deepEqual(contractOf('Keras', 'mobilenet_v1').range, [-1, 1])
  const chest = contractOf('torchxrayvision', 'densenet121')
  assert.deepEqual([chest.channels, chest.range, chest.fit], [1, [-1024, 1024], 'crop'])
  assert.equal(contractOf('torchxrayvision', 'densenet121', { fit: 'pad' }).fit, 'pad')
})

test("torchxrayvision's ResNet-50 is known by its one channel, and takes films of 512 pixels", () => {
  const plain = Object.entries(emptyState(caseOf('torchvision', 'resnet50')))
  const state = Object.fromEntries(plain.map(([name, tensor]) => [`model.${name}`, tensor]))
  const grey = { ...state, 'model.conv1.weight': float32([64, 1, 7, 7], new Float32Array(64 * 49)) }
  const weights: Weights = { format: 'pytorch', tensors: grey, about: {} }
  const { contract } = pretrainedBackbone(named('resnet50', { contract: undefined }), weights, 'file')
  assert.deepEqual([contract.size, contract.channels, contract.range], [512, 1, [-1024, 1024]])
})

test('layers are known by our names and by those of the library', () => {
  const vgg = weightsOf(caseOf('torchvision', 'vgg11'))
  const backbone = (rest: Partial<NamedOptions>): Backbone => pretrainedBackbone(named('vgg11', rest), vgg, 'file')
  assert.deepEqual(backbone({}).featureShape, ['N', 512, 2, 2])
  assert.deepEqual(backbone({ cut: 'block4_pool' }).featureShape, ['N', 512, 4, 4])
  const ours = backbone({ trainFrom: 'block5_conv2' })
  assert.deepEqual(ours.parameters, ['block5_conv2/conv/weight', 'block5_conv2/conv/bias'])
  assert.equal(ours.trainFrom, 'block5_conv1')
  const theirs = backbone({ trainFrom: 'features.18' })
  assert.deepEqual([theirs.trainFrom, theirs.parameters], [ours.trainFrom, ours.parameters])
  assert.throws(
    () => backbone({ cut: 'block5_pol' }),
    problem(/"cut: 'block5_pol'" for the network "vgg11": .*did you mean "block5_pool"/, /chestnut layers vgg11/),
  )
})

test('a residual network is trained from a whole block on', () => {
  const resnet = weightsOf(caseOf('torchvision', 'resnet18'))
  const backbone = (trainFrom: string): Backbone => pretrainedBackbone(named('resnet18', { trainFrom }), resnet, 'file')
  assert.equal(backbone('layer4').parameters.length, 10)
  assert.equal(backbone('layer4.1').parameters.length, 4)
  assert.equal(backbone('layer4.1.conv1').parameters.length, 4)
  assert.throws(() => backbone('layer4.1.conv2'), problem(/also needed behind it/, /whole block/))
  assert.throws(() => backbone('layer4.1.bn1'), problem(/a batch norm that is one with its convolution/))
  assert.equal(backbone('conv1').trainFrom, imageInput)
})

test('batch norms of the trained part learn where asked for, and training may begin with one', () => {
  const resnet = weightsOf(caseOf('torchvision', 'resnet18'))
  const backbone = (rest: Partial<NamedOptions>): Backbone =>
    pretrainedBackbone(named('resnet18', { batchNorm: 'train', ...rest }), resnet, 'file')
  const last = backbone({ trainFrom: 'layer4' })
  assert.deepEqual(
    last.batchNorms?.map(({ output }) => output),
    ['layer4.0.bn1', 'layer4.0.bn2', 'layer4.0.downsample.1', 'layer4.1.bn1', 'layer4.1.bn2'],
  )
  // As many as torchvision's layer4 has: five convolutions, and scale and shift of five norms.
  assert.equal(last.parameters.length, 15)
  assert.equal(last.graph.nodes.filter(({ op }) => op === 'BatchNormalization').length, 5)
  assert.equal(backbone({ trainFrom: 'bn1' }).batchNorms?.length, 20)
  assert.throws(() => backbone({}), problem(/Cannot train the batch norms .* all of it is frozen/, /set trainFrom/))
  const drawn = drawnBackbone(named('mobilenet_v2', { batchNorm: 'train' }), random(1))
  assert.equal(drawn.batchNorms?.length, 52)
})

test('training that would begin behind the last weights is refused', () => {
  const vgg = weightsOf(caseOf('torchvision', 'vgg11'))
  const backbone = (rest: Partial<NamedOptions>): Backbone => pretrainedBackbone(named('vgg11', rest), vgg, 'file')
  assert.throws(() => backbone({ trainFrom: 'block5_pool' }), problem(/no weights are between/, /layers vgg11/))
  const behind = { cut: 'block4_pool', trainFrom: 'block5_conv1' }
  assert.throws(() => backbone(behind), problem(/no weights are between/))
})

test('older names and prefixes of checkpoints are understood', async () => {
  const of = caseOf('torchvision', 'densenet121')
  const older = Object.entries(drawnState(of)).map(([name, tensor]) => [
    `module.${name.replace(/(denselayer\d+\.(?:norm|conv))(\d)/, '$1.$2')}`,
    tensor,
  ])
  const backbone = pretrainedBackbone(named('densenet121'), weightsOf(of, Object.fromEntries(older)), 'file')
  assert.ok(distance(await featuresOf(backbone), of.features) <= 1e-4)
})

test('three equal channels can be one: the features are the same', async () => {
  const of = caseOf('Keras', 'mobilenet_v1')
  const coloured = pretrainedBackbone(named('mobilenet_v1'), weightsOf(of), 'file')
  const grey = pretrainedBackbone(named('mobilenet_v1', { contract: { size, channels: 1 } }), weightsOf(of), 'file')
  const pixels = mixed(1, size * size)
  const three = Float32Array.from([...pixels, ...pixels, ...pixels])
  const [one, all] = [await featuresOf(grey, pixels), await featuresOf(coloured, three)]
  const largest = Math.max(...all)
  one.forEach((value, i) => {
    assert.ok(Math.abs(value - all[i]!) <= 1e-5 * largest)
  })
  const vgg = weightsOf(caseOf('Keras', 'vgg16'))
  assert.throws(
    () => pretrainedBackbone(named('vgg16', { contract: { channels: 1 } }), vgg, 'file'),
    problem(/Cannot give the network "vgg16" one channel: the three channels of Keras are/),
  )
})

test('weights of another network are refused, with the name of theirs', () => {
  const put = (network: string, weights: Weights): Backbone => pretrainedBackbone(named(network), weights, 'w.pth')
  const of = (origin: OriginCase['origin'], network: string): Weights => {
    const found = caseOf(origin, network)
    return weightsOf(found, emptyState(found))
  }
  assert.throws(
    () => put('vgg16', of('Keras', 'vgg19')),
    problem(/holds "block3_conv4\/kernel" \(and 2 more\) too, which this network does not have/, /network: 'vgg19'/),
  )
  assert.throws(
    () => put('resnet50', of('torchvision', 'resnet18')),
    problem(/"layer1.0.conv1.weight" is float32 \[64, 64, 3, 3\], float32 \[64, 64, 1, 1\] was wanted/, /'resnet18'/),
  )
  assert.throws(
    () => put('vgg16', of('torchvision', 'densenet121')),
    problem(/wanted "block1_conv1\/kernel" \(Keras\) or "features.0.weight" \(torchvision and timm\)/, /'densenet121'/),
  )
  assert.throws(() => put('vgg16', { format: 'pytorch', tensors: {}, about: {} }), problem(/it holds no tensors/))
})

test('what a file lacks is named, in the shape of its library', () => {
  const of = caseOf('Keras', 'vgg16')
  const { 'block3_conv2/kernel': moved, ...rest } = drawnState(of)
  const weights = weightsOf(of, { ...rest, 'block3_conv22/kernel': moved! })
  assert.throws(
    () => pretrainedBackbone(named('vgg16'), weights, 'w.h5'),
    problem(
      /Cannot put the weights "w.h5" into the network "vgg16": read as those of Keras, it lacks "block3_conv2\/kernel" \[3, 3, 256, 256\], the nearest that it holds is "block3_conv22\/kernel"/,
    ),
  )
})

for (const network of ['vgg11', 'resnet18', 'densenet121', 'mobilenet_v1', 'mobilenet_v2', 'efficientnet_b0']) {
  test(`${network} can be drawn, and is trained whole`, () => {
    const drawn = (seed: number): Backbone => drawnBackbone(named(network), random(seed))
    const backbone = drawn(1)
    assert.deepEqual(check(backbone.graph), [])
    assert.equal(backbone.trainFrom, imageInput)
    assert.deepEqual(backbone.parameters.toSorted(), Object.keys(backbone.graph.weights).filter(isLearned).toSorted())
    assert.deepEqual(backbone.contract.range, [-1, 1])
  })
}

/** Bounds of relu6 and the statistics of norms are weights of the graph, but nothing that is learned. */
const isLearned = (name: string): boolean => !/^constant|\/(mean|variance)$/.test(name)

test('the same seed draws the same network, and one channel is enough', async () => {
  const drawn = (seed: number): Backbone =>
    drawnBackbone(named('resnet18', { contract: { size: 32, channels: 1 } }), random(seed))
  const stem = (backbone: Backbone): readonly number[] => [...floats(Object.values(backbone.graph.weights)[0]!)]
  assert.deepEqual(stem(drawn(1)), stem(drawn(1)))
  assert.notDeepEqual(stem(drawn(1)), stem(drawn(2)))
})

function problem(message: RegExp, next?: RegExp): (error: unknown) => boolean {
  return error => {
    assert.ok(error instanceof Problem, String(error))
    assert.match(error.message, message)
    if (next) assert.match(error.next ?? '', next)
    return true
  }
}
