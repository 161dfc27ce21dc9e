import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { packageRoot } from '../core/index.ts'
import { onnxRuntime } from '../engine/index.ts'
import { build, decode, encode } from '../graph/index.ts'
import { contract, goldenPhantoms } from '../imaging/index.ts'
import { needOnnx, onnxCheck } from '../testing/onnx-checker.ts'
import { tinyGraph } from './backbones.test.fixture.ts'
import { uncalibrated } from './calibration.ts'
import { type ModelCard, readCard, writeCard } from './card.ts'
import { openClassifier } from './classifier.ts'

const card: ModelCard = {
  format: 'chestnut.model/2',
  name: 'pneumonia',
  classes: ['Pneumonia'],
  contract: contract({ size: 16 }),
  boundary: 'features',
  explain: 'features',
  thresholds: [0.4],
  calibration: [uncalibrated],
  dataset: 'd'.repeat(64),
  metrics: { auroc: 0.9 },
  golden: [{ phantom: 0, probabilities: [0.25] }],
  goldenTolerance: 0.002,
  provenance: { seed: 7, made: 'here' },
}

const withText = (chestnut: string): ReturnType<typeof tinyGraph> => ({ ...tinyGraph(), metadata: { chestnut } })
const withMember = (changes: object): ReturnType<typeof tinyGraph> => withText(JSON.stringify({ ...card, ...changes }))

test('a card comes back equal from a model file, beside other metadata', () => {
  const graph = writeCard({ ...tinyGraph(), metadata: { other: 'kept' } }, card)
  const read = decode(encode(graph))
  assert.deepEqual(readCard(read), card)
  assert.equal(read.metadata['other'], 'kept')
})

test('equal cards are equal bytes, whatever the order of their keys', () => {
  const reversed = Object.fromEntries(Object.entries(card).reverse()) as unknown as ModelCard
  assert.deepEqual(encode(writeCard(tinyGraph(), reversed)), encode(writeCard(tinyGraph(), card)))
})

test('onnx.checker is content with a model that carries a card', { skip: needOnnx() }, () => {
  assert.deepEqual(onnxCheck([encode(writeCard(tinyGraph(), card))]), [])
})

test('a graph without a card, a damaged card and a newer card are each refused with a sentence', () => {
  const refused: readonly [ReturnType<typeof tinyGraph>, RegExp][] = [
    [build('plain').finish(), /Cannot use the graph "plain" as a classifier: it holds no contract/],
    [withText('{'), /its card is damaged, it is no JSON/],
    [withText('null'), /its format is missing/],
    [withMember({ format: 'chestnut.model/3' }), /written by a newer Chestnut/],
    [withMember({ format: 'chestnut.run/1' }), /its format is "chestnut.run\/1"/],
    [withMember({ thresholds: [] }), /1 classes but other numbers of thresholds/],
    [
      withMember({ golden: [{ phantom: 0, probabilities: [] }] }),
      /other numbers of thresholds, maps or golden answers/,
    ],
    [withMember({ golden: [{ phantom: 1e9, probabilities: [0.5] }] }), /"golden.0.phantom"/],
    [withMember({ thresholds: ['high'] }), /"thresholds.0"/],
    [withMember({ contract: { ...card.contract, size: -1 } }), /"size" is -1/],
    [withMember({ contract: { ...card.contract, fit: 'twist' } }), /"contract.fit"/],
  ]
  for (const [graph, message] of refused) assert.throws(() => readCard(graph), message)
})

test('a card of the same version with members that we do not know is read', () => {
  assert.deepEqual(readCard(withMember({ future: 1 })), card)
})

test('a model of the first format is read: its maps as they were, without interval', async () => {
  const bytes = readFileSync(join(packageRoot(), 'src', 'models', 'fixtures', 'model-1.onnx'))
  const card = readCard(decode(bytes))
  assert.deepEqual(card.calibration, [
    { map: { kind: 'temperature', temperature: 2, shift: -0.5 } },
    { map: { kind: 'temperature', temperature: 1, shift: 0 } },
  ])
  await using classifier = await openClassifier(bytes, onnxRuntime())
  const [reading] = await classifier.classify(goldenPhantoms(1))
  for (const [k, answer] of reading!.answers.entries()) {
    assert.ok(Math.abs(answer.probability - card.golden[0]!.probabilities[k]!) < card.goldenTolerance)
    assert.equal(answer.interval, undefined)
  }
})
