import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { packageRoot } from '../core/index.ts'
import { type Engine, onnxRuntime } from '../engine/index.ts'
import { decode, encode } from '../graph/index.ts'
import { goldenPhantoms } from '../imaging/index.ts'
import { tinyFile } from './backbones.test.fixture.ts'
import { network } from './build-network.ts'
import { readCard, writeCard } from './card.ts'
import { type Classifier, openClassifier } from './classifier.ts'
import { explanationOf } from './explanation.ts'
import { withReference } from './explanation-reference.ts'
import { finishModel } from './finish-model.ts'
import type { Network } from './network.ts'
import type { HeadSpec, OnnxSpec } from './specs.ts'

const engine: Engine = onnxRuntime()
const vitFile = readFileSync(`${packageRoot()}/src/models/fixtures/vit-attention.onnx`)
const films = goldenPhantoms(2)

const made = (bytes: Uint8Array, spec: Partial<OnnxSpec> = {}, head: HeadSpec = { kind: 'linear' }): Network =>
  network({ backbone: { kind: 'onnx', path: 'x.onnx', ...spec }, backboneBytes: bytes, head, classes: ['A'], seed: 1 })

async function finished(plain: Network): Promise<Classifier> {
  const calibration = [{ map: { kind: 'temperature', temperature: 1, shift: 0 } }] as const
  const facts = {
    name: 'test',
    classes: ['A'],
    thresholds: [0.5],
    calibration,
    dataset: '',
    metrics: {},
    provenance: {},
  }
  return openClassifier(await finishModel(plain, facts, engine), engine)
}

test('how heat maps are made follows from backbone, head and reference', async () => {
  const usual = { count: 12, read: async () => films[0]! }
  const cases = [
    [made(tinyFile()), 'grad-cam'],
    [await withReference(made(tinyFile()), usual, engine), 'difference'],
    [await withReference(made(vitFile), usual, engine), 'attention-rollout'],
    [made(vitFile, {}, { kind: 'dense', units: [4] }), 'attention-rollout'],
    [made(vitFile, {}, { kind: 'linear', pool: 'average' }), 'grad-cam'],
    [made(vitFile, { explain: 'add_2' }), 'grad-cam'],
  ] as const
  for (const [plain, method] of cases) {
    assert.equal(explanationOf(plain.graph, { ...plain, classes: ['A'] }).method, method)
  }
})

test('a vision transformer says in its card that its heat is attention, the same for every finding, and gives it', async () => {
  await using classifier = await finished(made(vitFile))
  assert.equal(classifier.card.explanation?.method, 'attention-rollout')
  assert.equal(classifier.explanation(), classifier.card.explanation)
  const [reading] = await classifier.classify(films, { explain: true })
  assert.ok(reading?.heat?.values.every(value => value > 0 && value < 1))
  assert.match(classifier.explanation().about, /rollout over 2 layers.*no gradient.*the same for every finding/)
})

test('a model whose value no gradient reaches answers without a heat map, and says why', async () => {
  const plain = made(tinyFile({ strange: true }), { explain: 'middle' })
  await using classifier = await finished(plain)
  const { method, about } = classifier.explanation()
  assert.equal(method, 'none')
  assert.match(about, /There is no heat map. Cannot differentiate Round "strange": the operator has no gradient rule/)
  const [reading] = await classifier.classify(films, { explain: true })
  assert.equal(reading?.heat, undefined)
  assert.equal(reading?.answers.length, 1)
})

test('a model that was made before cards said how is asked', async () => {
  const calibration = [{ map: { kind: 'temperature', temperature: 1, shift: 0 } }] as const
  const facts = {
    name: 'test',
    classes: ['A'],
    thresholds: [0.5],
    calibration,
    dataset: '',
    metrics: {},
    provenance: {},
  }
  const graph = decode(await finishModel(made(tinyFile()), facts, engine))
  const { explanation: _none, ...card } = readCard(graph)
  await using classifier = await openClassifier(encode(writeCard(graph, card)), engine)
  assert.equal(classifier.explanation().method, 'grad-cam')
})

test('a class token is for backbones that have one', () => {
  assert.throws(() => made(tinyFile(), {}, { kind: 'linear', pool: 'class' }), /Cannot stand a head on the class token/)
})

test('a wrong name in the configuration is answered with the nearest ones and the command that lists them', () => {
  for (const key of ['cut', 'trainFrom', 'explain'] as const) {
    assert.throws(() => made(tinyFile(), { [key]: 'midle' }), {
      message: new RegExp(
        `Cannot use "${key}: 'midle'" for the backbone "x.onnx": no operator gives it, did you mean "middle"`,
      ),
      next: /chestnut layers x.onnx/,
    })
  }
})
