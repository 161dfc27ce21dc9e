import assert from 'node:assert/strict'
import { test } from 'node:test'
import { float32, floats } from '../../core/index.ts'
import { onnxRuntime } from '../../engine/index.ts'
import { check } from '../../graph/index.ts'
import { sigmoid } from '../../statistics/index.ts'
import { imageInput, logitsOutput } from '../network.ts'
import { readWeights } from '../weights/read-weights.ts'
import { fixtureBytes, fixtureJson } from './keras.test.fixture.ts'
import { parseKerasModel } from './keras-config.ts'
import { type KerasGraph, kerasGraph } from './keras-graph.ts'

/** The image that fixtures/layers.py draws, channels first. */
function drawnImage(channels: number, size: number): Float32Array {
  return Float32Array.from({ length: channels * size * size }, (_, i) => {
    const [c, y, x] = [Math.floor(i / size / size), Math.floor(i / size) % size, i % size]
    return ((x * x * 3 + y * 7 + x * y + c * 5) % 16) / 16
  })
}

async function answersOf({ graph, channels, size }: KerasGraph, image: Float32Array): Promise<readonly number[]> {
  await using program = await onnxRuntime().load(graph)
  const outputs = await program.run({ [imageInput]: float32([1, channels, size, size], image) })
  return [...floats(outputs[logitsOutput]!)].map(sigmoid)
}

function close(found: readonly number[], wanted: readonly number[]): void {
  assert.equal(found.length, wanted.length)
  found.forEach((value, i) => {
    assert.ok(Math.abs(value - wanted[i]!) <= 1e-5, `${value} instead of ${wanted[i]}`)
  })
}

async function wholeModel(file: string): Promise<KerasGraph> {
  const weights = await readWeights(fixtureBytes(`layers/${file}`), file)
  return kerasGraph({ model: parseKerasModel(weights.about.kerasConfig, file), weights, subject: file })
}

const answers = fixtureJson('layers/answers.json') as Readonly<Record<'zoo' | 'nested', readonly number[]>>

test('every layer that is known gives what Keras gives', async () => {
  const made = await wholeModel('zoo.h5')
  assert.deepEqual(check(made.graph), [])
  assert.equal(made.classes, 1, 'a softmax over two is one answer')
  close(await answersOf(made, drawnImage(1, 13)), [answers.zoo[1]!])
})

test('models within models, shared layers and two findings give what Keras gives', async () => {
  const made = await wholeModel('nested.keras')
  assert.deepEqual(check(made.graph), [])
  assert.equal(Object.keys(made.graph.weights).filter(name => name.startsWith('inner/shared/')).length, 2)
  close(await answersOf(made, drawnImage(3, 13)), answers.nested)
})
