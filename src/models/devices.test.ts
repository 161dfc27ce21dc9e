import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onnxRuntime } from '../engine/index.ts'
import { goldenPhantoms } from '../imaging/index.ts'
import { needSwiftShader } from '../testing/swiftshader.ts'
import { network } from './build-network.ts'
import { openClassifier } from './classifier.ts'
import { finishModel } from './finish-model.ts'

const skip = needSwiftShader()

test('a model of the CPU keeps its golden answers on WebGPU, and shows the same places', { skip }, async () => {
  const made = network({
    backbone: { kind: 'vgg-small', size: 32, widths: [4, 8, 8] },
    head: { kind: 'dense', units: [8] },
    classes: ['Pneumonia'],
    seed: 7,
  })
  const facts = {
    name: 'pneumonia',
    classes: ['Pneumonia'],
    thresholds: [0.5],
    calibration: [{ map: { kind: 'temperature', temperature: 0.2, shift: 0.1 } }] as const,
    dataset: '',
    metrics: {},
    provenance: {},
  }
  const model = await finishModel(made, facts, onnxRuntime())
  const films = goldenPhantoms(5)
  const [cpu, device] = await Promise.all(
    (['cpu', 'webgpu'] as const).map(async name => {
      // Opening it asks the golden questions.
      await using classifier = await openClassifier(model, onnxRuntime({ device: name }), { host: 'process' })
      return classifier.classify(films, { explain: true })
    }),
  )
  for (const [i, { answers, heat }] of cpu!.entries()) {
    const other = device![i]!
    assert.ok(Math.abs(answers[0]!.probability - other.answers[0]!.probability) < 1e-4)
    for (const [at, value] of heat!.values.entries()) assert.ok(Math.abs(value - other.heat!.values[at]!) < 1e-3)
  }
  const probabilities = cpu!.map(({ answers }) => answers[0]!.probability)
  assert.ok(
    Math.max(...probabilities) - Math.min(...probabilities) > 0.01,
    'the films differ in what they are answered',
  )
})
