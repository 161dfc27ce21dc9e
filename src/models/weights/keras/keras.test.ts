import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertTensors, fixture, fixturePath, type Wanted, wantedIn } from '../fixtures.test.fixture.ts'
import { openWeights, readWeights } from '../read-weights.ts'
import { layersOf, readKerasDescription } from './keras-config.ts'
import { numberedNames, snakeCase, variableName } from './variable-names.ts'

const wanted = wantedIn<Wanted>('keras.json')

/** Numbers stay where nothing says which of three variables are there: without the model's description. */
const nameless = { beta: '0', moving_mean: '1', moving_variance: '2' }

/** What cannot be known from a file alone. */
function asTheFileSays(file: string): Wanted {
  if (file !== 'keras-3.weights.h5') return wanted[file]!
  const renamed = Object.entries(wanted[file]!).map(([name, tensor]) => {
    const [layer, variable] = name.split('/')
    const number = layer === 'norm_unscaled' ? nameless[variable as keyof typeof nameless] : undefined
    return [number === undefined ? name : `${layer}/${number}`, tensor] as const
  })
  return Object.fromEntries(renamed)
}

for (const file of Object.keys(wanted)) {
  test(`${file} gives the weights that its library reads from it, under the names of the layers`, async () => {
    const { format, tensors } = await readWeights(fixture(file), file)
    assert.equal(format, 'keras')
    assertTensors(tensors, asTheFileSays(file))
  })
}

test('from a file on the disk come the same weights as from its bytes', async () => {
  for (const file of ['keras-3.h5', 'keras-3.keras', 'hdf5-arrays.h5']) {
    assertTensors((await openWeights(fixturePath(file))).tensors, wanted[file]!)
  }
})

test('where a file describes its model, the description comes along, with the layers of models within it', async () => {
  for (const file of ['keras-3.h5', 'keras-3.keras', 'keras-2.hdf5']) {
    const { about } = await readWeights(fixture(file), file)
    const layers = layersOf(about.kerasConfig)
    const inner = layers.find(layer => layer.name === 'vgg16')
    assert.ok(layers.some(layer => layer.name === 'predictions' && layer.className === 'Dense'))
    assert.ok(inner?.layers?.some(layer => layer.name === 'norm' && layer.className === 'BatchNormalization'))
  }
})

test('an HDF5 file with other content, and a zip archive without a model, are refused', async () => {
  const other = readWeights(fixture('keras-1.h5').subarray(0, 100), 'a.h5')
  await assert.rejects(other, /Cannot read the weights "a.h5": it was cut off: it has 100 bytes of \d+/)
})

test('classes have the names of groups that Keras 3 gives them', () => {
  const names = ['Conv2D', 'BatchNormalization', 'DepthwiseConv2D', 'InputLayer', 'PReLU', 'LSTMCell', 'ReLU']
  assert.deepEqual(names.map(snakeCase), [
    'conv2d',
    'batch_normalization',
    'depthwise_conv2d',
    'input_layer',
    'p_re_lu',
    'lstm_cell',
    're_lu',
  ])
})

test('numbered variables get names only where there is no doubt', () => {
  const norm = 'batch_normalization'
  const all = ['gamma', 'beta', 'moving_mean', 'moving_variance']
  assert.deepEqual(numberedNames(norm, 4, undefined), all)
  assert.deepEqual(numberedNames(norm, 2, undefined), all.slice(2))
  assert.deepEqual(numberedNames(norm, 3, undefined), ['0', '1', '2'])
  assert.deepEqual(numberedNames(norm, 3, { scale: false }), all.slice(1))
  assert.deepEqual(numberedNames('dense', 1, undefined), ['kernel'])
  assert.deepEqual(numberedNames('dense', 3, undefined), ['0', '1', '2'], 'a quantised layer has more')
  assert.deepEqual(numberedNames('of_somebody', 1, undefined), ['0'])
})

test('a class that is called like a method of every object has no names of its own', () => {
  for (const kind of ['constructor', 'valueOf', '__proto__']) assert.deepEqual(numberedNames(kind, 1, {}), ['0'])
  for (const old of ['constructor', 'toString']) assert.equal(variableName(`dense_${old}`, 'dense'), `dense_${old}`)
})

test('a description in a file of its own is refused when it is no JSON or has no end', () => {
  const refused = (text: string, reason: RegExp): void => {
    assert.throws(() => readKerasDescription(Buffer.from(text), 'a.json'), reason)
  }
  assert.deepEqual(readKerasDescription(Buffer.from('{"config":[]}'), 'a.json'), { config: [] })
  refused('{', /^Problem: Cannot read the Keras model "a.json": the description of its model is no JSON$/)
  refused(
    '['.repeat(1_000_000),
    /^Problem: Cannot read the Keras model "a.json": its JSON is more than 300 levels deep$/,
  )
})
