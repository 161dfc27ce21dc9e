import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem, type Tensor } from '../../core/index.ts'
import { onnxRuntime } from '../../engine/index.ts'
import { decodeFilm, resizeFilm } from '../../imaging/index.ts'
import { uncalibrated } from '../calibration.ts'
import { openClassifier } from '../classifier.ts'
import { finishModel } from '../finish-model.ts'
import { readWeights } from '../weights/read-weights.ts'
import { fixtureBytes, fixtureJson, guideSource } from './keras.test.fixture.ts'
import { parseKerasModel } from './keras-config.ts'
import type { KerasSource } from './keras-graph.ts'
import { type KerasContract, kerasNetwork } from './keras-network.ts'

const answers = fixtureJson('guide/answers.json') as {
  readonly pixels: readonly number[]
  readonly training: number
  readonly served: number
}
const film = await decodeFilm(fixtureBytes('guide/film.png'))
const source = await guideSource()

test('the nearest resize takes the pixels that Keras takes', async () => {
  const { contract } = kerasNetwork(source, 'training').network
  const { pixels } = await resizeFilm(film, contract)
  assert.deepEqual(
    [...pixels],
    answers.pixels.map(pixel => pixel * 257),
  )
})

for (const [name, wanted, threshold] of [
  ['training', answers.training, 0.5],
  ['as-served', answers.served, 0.51],
] as const satisfies readonly (readonly [KerasContract, number, number])[]) {
  test(`a model of the guide answers as in Keras with the contract ${name}, by the path of every model`, async () => {
    const made = kerasNetwork(source, name)
    const facts = { name: 'guide', classes: ['A'], thresholds: [made.threshold], calibration: [uncalibrated] }
    const model = await finishModel(made.network, { ...facts, dataset: '', metrics: {}, provenance: {} }, onnxRuntime())
    await using classifier = await openClassifier(model, onnxRuntime())
    const [reading] = await classifier.classify([film], { explain: true })
    const [answer] = reading!.answers
    assert.ok(Math.abs(answer!.probability - wanted) <= 1e-5, `${answer!.probability} instead of ${wanted}`)
    assert.equal(answer!.threshold, threshold)
    assert.equal(classifier.card.explain, 'block4_pool')
    assert.deepEqual([reading!.heat!.width, reading!.heat!.height], [2, 2])
  })
}

type Change = (json: string) => string

function changed(change: Change, rest: Partial<KerasSource> = {}): KerasSource {
  const json = change(fixtureBytes('guide/my_model.json').toString())
  return { ...source, model: parseKerasModel(JSON.parse(json), 'my_model.json'), ...rest }
}

function refused(of: () => KerasSource, why: RegExp, next?: RegExp): void {
  assert.throws(
    () => kerasNetwork(of(), 'training'),
    (error: unknown) => {
      assert.ok(error instanceof Problem, String(error))
      assert.match(error.message, why)
      if (next) assert.match(error.next ?? '', next)
      return true
    },
  )
}

test('a layer that is not known is refused by its name, as is one that is used in an unknown way', () => {
  const lambda: Change = json => json.replace('"class_name": "Flatten"', '"class_name": "Lambda"')
  refused(() => changed(lambda), /the layer "flatten" is a Lambda, known are Activation/, /onnx\(\{ path \}\)/)
  const first: Change = json => json.replace('"data_format": "channels_last"', '"data_format": "channels_first"')
  refused(() => changed(first), /the layer "block1_conv1" \(Conv2D\) cannot be used, it wants channels first/)
  const mish: Change = json => json.replace('"activation": "relu"', '"activation": "mish"')
  refused(() => changed(mish), /the activation "mish" is not known/)
})

test('a description and weights that do not belong together are refused', () => {
  const wider: Change = json => json.replace('"units": 16', '"units": 17')
  refused(
    () => changed(wider),
    /"dense\/kernel" is float32 \[32, 16\] in the file of weights, float32 \[32, 17\] was wanted/,
  )
  const renamed: Change = json => json.replaceAll('"dense_1"', '"dense_9"')
  refused(() => changed(renamed), /no "dense_9\/kernel" \[16, 12\], the nearest that it holds is "dense/)
})

test('a description whose layers lead in a circle is refused', () => {
  const circle: Change = json => json.replace('[[["input_1", 0, 0, {}]]]', '[[["block1_conv2", 0, 0, {}]]]')
  refused(() => changed(circle), /its layer "block1_conv\d" reads what it gives itself/)
})

test('images of an open size need one that is said', () => {
  const open: Change = json => json.replaceAll('[null, 37, 37, 3]', '[null, null, null, 3]')
  refused(() => changed(open), /leaves the size of its images open/, /--size 224/)
  assert.equal(kerasNetwork(changed(open, { size: 37 }), 'training').network.contract.size, 37)
  refused(() => changed(json => json, { size: 40 }), /its images are 37 × 37, a square of 40 was wanted/)
})

test('what is no Keras model, or ends with something else than answers, is refused', () => {
  assert.throws(() => parseKerasModel({ a: 1 }, 'x.json'), /"x.json": it describes no layers/)
  const softmax: Change = json => json.replace('"activation": "sigmoid"', '"activation": "softmax"')
  refused(() => changed(softmax), /ends with Softmax over 1 classes/)
})

test('layers and activations that are called like methods of every object are refused by name', () => {
  const layer: Change = json => json.replace('"class_name": "Flatten"', '"class_name": "constructor"')
  refused(() => changed(layer), /is a constructor, known are Activation,/)
  const activation: Change = json => json.replace('"activation": "sigmoid"', '"activation": "valueOf"')
  refused(() => changed(activation), /the activation "valueOf" is not known/)
})

test('numbers of another kind than float32 are refused', async () => {
  const tensors: Record<string, Tensor> = { ...source.weights.tensors }
  tensors['dense/bias'] = { dtype: 'int32', shape: [16], data: new Int32Array(16) }
  const weights = { ...(await readWeights(fixtureBytes('guide/best.model.hdf5'), 'x')), tensors }
  refused(
    () => ({ ...source, weights }),
    /"dense\/bias" is int32 \[16\] in the file of weights, float32 \[16\] was wanted/,
  )
})
