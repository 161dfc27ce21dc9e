import assert from 'node:assert/strict'
import test from 'node:test'
import { float32, floats, sha256 } from '../core/index.ts'
import { type Engine, onnxRuntime } from '../engine/index.ts'
import { decode, encode, withWeights } from '../graph/index.ts'
import { type Film, film, goldenPhantoms, tensorOf } from '../imaging/index.ts'
import { logit, priorShift, sigmoid } from '../statistics/index.ts'
import { tinyFile } from './backbones.test.fixture.ts'
import { network } from './build-network.ts'
import type { Calibration } from './calibration.ts'
import { readCard, writeCard } from './card.ts'
import { openClassifier } from './classifier.ts'
import { explanationGraph } from './explain.ts'
import { type CardFacts, draftClassifier, finishModel } from './finish-model.ts'
import type { Network } from './network.ts'
import type { SitePrevalence } from './site-prevalence.ts'

const engine: Engine = onnxRuntime()
const films = goldenPhantoms(2)

const facts: CardFacts = {
  name: 'test',
  classes: ['A', 'B'],
  thresholds: [0.3, 0.9],
  calibration: [
    { map: { kind: 'temperature', temperature: 2, shift: -0.5 } },
    { map: { kind: 'temperature', temperature: 1, shift: 0 } },
  ],
  dataset: '',
  metrics: {},
  provenance: {},
}

function made(fit: 'stretch' | 'pad' | 'crop' = 'stretch'): Network {
  const plain = network({
    backbone: { kind: 'onnx', path: 'tiny.onnx', contract: { size: 32, fit } },
    backboneBytes: tinyFile(),
    head: { kind: 'linear' },
    classes: facts.classes,
    seed: 1,
  })
  // A linear head starts at zero: give it something to say.
  const weight = Float32Array.from({ length: 12 }, (_, i) => ((i * 5) % 7) - 2)
  return { ...plain, graph: withWeights(plain.graph, { 'head/weight': float32([2, 6], weight) }) }
}

const model = await finishModel(made(), facts, engine)

test('a finished model answers: logit, calibrated probability, threshold, label', async () => {
  await using classifier = await openClassifier(model, engine)
  assert.equal(classifier.digest, sha256(model))
  const [reading] = await classifier.classify(films)
  const [a, b] = reading!.answers
  assert.equal(a!.label, 'A')
  assert.equal(a!.probability, sigmoid(a!.logit / 2 - 0.5))
  assert.deepEqual([a!.threshold, a!.positive], [0.3, a!.probability >= 0.3])
  assert.deepEqual([b!.label, b!.probability, b!.threshold], ['B', sigmoid(b!.logit), 0.9])
  assert.equal(reading!.heat, undefined)
})

test('its logits are those of the network on the contract of its card', async () => {
  await using classifier = await openClassifier(model, engine)
  const { contract } = readCard(decode(model))
  await using program = await engine.load(made().graph)
  const { logits } = await program.run({ image: await tensorOf(films, contract) })
  const readings = await classifier.classify(films)
  assert.deepEqual(
    readings.flatMap(({ answers }) => answers.map(({ logit }) => logit)),
    [...floats(logits!)],
  )
})

test('a draft gives the same logits before thresholds are known', async () => {
  await using draft = await draftClassifier(made(), facts.classes, engine)
  await using classifier = await openClassifier(model, engine)
  const logits = async (of: typeof draft): Promise<unknown> =>
    (await of.classify(films)).map(({ answers }) => answers.map(({ logit }) => logit))
  assert.deepEqual(await logits(draft), await logits(classifier))
})

test('the same network finished twice is the same bytes', async () => {
  assert.deepEqual(await finishModel(made(), facts, engine), model)
})

test('what another tool wrote into the file of the backbone does not travel into the model', async () => {
  const network = made()
  const graph = { ...network.graph, metadata: { args: '/home/someone/films' } }
  assert.deepEqual(await finishModel({ ...network, graph }, facts, engine), model)
})

test('many films are read in portions, none gives none', async () => {
  await using classifier = await openClassifier(model, engine)
  const [one] = await classifier.classify(films.slice(0, 1))
  const many = await classifier.classify(Array.from({ length: 70 }, () => films[0]!))
  assert.equal(many.length, 70)
  for (const { answers } of many) assert.ok(Math.abs(answers[0]!.logit - one!.answers[0]!.logit) < 1e-5)
  assert.deepEqual(await classifier.classify([]), [])
})

test('a model that no longer answers its golden films as it did is refused', async () => {
  const graph = decode(model)
  const shifted = withWeights(graph, { 'head/bias': float32([2], [0.1, 0]) })
  await assert.rejects(
    openClassifier(encode(shifted), engine),
    /Cannot trust the model "test": it answers 0\.\d+ to golden film 0 for "A", 0\.\d+ was wanted/,
  )
  const silent = writeCard(graph, { ...readCard(graph), golden: [] })
  await assert.rejects(openClassifier(encode(silent), engine), /it carries no golden vectors/)
})

test('a model whose answer is no number is refused', async () => {
  const broken = withWeights(decode(model), { 'head/bias': float32([2], [Number.NaN, 0]) })
  await assert.rejects(openClassifier(encode(broken), engine), /its answer is no number/)
})

test('a card that promises what the graph does not keep is refused', async () => {
  const graph = decode(model)
  const card = readCard(graph)
  const smaller = { ...card, contract: { ...card.contract, size: 16 } }
  await assert.rejects(
    openClassifier(encode(writeCard(graph, smaller)), engine),
    /"image" is \[N, 3, 32, 32\], its card/,
  )
  const elsewhere = { ...card, explain: 'nowhere' }
  await assert.rejects(openClassifier(encode(writeCard(graph, elsewhere)), engine), /"nowhere" is missing/)
})

test('an aborted signal stops a reading', async () => {
  await using classifier = await openClassifier(model, engine)
  await assert.rejects(classifier.classify(films, { signal: AbortSignal.abort() }), { name: 'Interrupted' })
})

test('a heat map says which places made the logit', async () => {
  await using classifier = await openClassifier(model, engine)
  const readings = await classifier.classify(films, { explain: true })
  const plain = await classifier.classify(films)
  const expected = await heatByHand(films[0]!)
  const [{ heat, answers } = assert.fail()] = readings
  assert.deepEqual([heat!.width, heat!.height], [16, 16])
  const largest = Math.max(...expected)
  assert.ok(largest > 0)
  const change = Math.max(...expected.map((value, i) => Math.abs(value - heat!.values[i]!)))
  assert.ok(change < 1e-5 * largest)
  assert.ok(Math.abs(answers[0]!.logit - plain[0]!.answers[0]!.logit) < 1e-5)
})

/** relu(Σ_c w_c · A_c / (h·w)): what Grad-CAM is for a network that ends in average pooling and one dense layer. */
async function heatByHand(of: Film): Promise<number[]> {
  const { graph, contract } = made()
  await using program = await engine.load({
    ...graph,
    outputs: [{ name: 'features', dtype: 'float32', shape: ['N', 6, 16, 16] }],
  })
  const { features } = await program.run({ image: await tensorOf([of], contract) })
  const values = floats(features!)
  const weights = floats(graph.weights['head/weight']!)
  return Array.from({ length: 256 }, (_, place) => {
    let sum = 0
    for (let c = 0; c < 6; c++) sum += (weights[c]! * values[c * 256 + place]!) / 256
    return Math.max(0, sum)
  })
}

test('a heat map lies on the film when the contract pads it', async () => {
  const padded = await finishModel(made('pad'), facts, engine)
  await using classifier = await openClassifier(padded, engine)
  const tall = film(20, 60, new Uint16Array(1200).fill(30_000))
  const [reading] = await classifier.classify([tall], { explain: true })
  assert.ok(reading!.heat!.height > 2 * reading!.heat!.width)
})

test('a heat map may be asked for any class', async () => {
  await using classifier = await openClassifier(model, engine)
  const heat = async (explain: boolean | string): Promise<Float32Array> =>
    (await classifier.classify(films, { explain }))[0]!.heat!.values
  assert.deepEqual(await heat('A'), await heat(true))
  assert.notDeepEqual(await heat('B'), await heat('A'))
  const { graph } = made()
  await using alone = await engine.load(explanationGraph(graph, made().explain, 1, 2))
  const output = await alone.run({ image: await tensorOf(films, readCard(decode(model)).contract) })
  assert.deepEqual(await heat('B'), floats(output['heat']!).slice(0, 256))
  assert.deepEqual(await heat('b'), await heat('B'))
  await assert.rejects(classifier.classify(films, { explain: 'C' }), /Cannot explain "C": .* has the findings A, B/)
})

const calibration: readonly Calibration[] = [
  {
    map: { kind: 'isotonic', logits: [-2, -1, 1, 2], values: [-2, -1, 0, 3] },
    prevalence: 0.4,
    band: { level: 0.9, logits: [-3, 3], low: [-4, 0.5], high: [-2, 5] },
    films: { positives: 20, negatives: 30, patients: 40 },
  },
  { map: { kind: 'temperature', temperature: 1, shift: 0 }, note: 'Too few films' },
]
const calibrated = await finishModel(made(), { ...facts, calibration, policies: ['youden', 'given'] }, engine)

test('a class with a band answers with an interval around its probability, one without gives none', async () => {
  await using classifier = await openClassifier(calibrated, engine)
  assert.deepEqual(classifier.card.calibration, calibration)
  for (const { answers } of await classifier.classify(films)) {
    const [a, b] = answers
    const { low, high, level } = a!.interval!
    assert.ok(low <= a!.probability && a!.probability <= high && level === 0.9)
    assert.equal(low, sigmoid(Math.min(logit(a!.probability), -4 + ((a!.logit + 3) / 6) * 4.5)))
    assert.equal(b!.interval, undefined)
  }
})

test("a site's prevalence moves probability, interval and threshold by the same odds, and turns no answer over", async () => {
  await using here = await openClassifier(calibrated, engine)
  await using there = await openClassifier(calibrated, engine, { prevalence: { A: 0.02 } })
  const [plain, moved] = await Promise.all([here.classify(films), there.classify(films)])
  const shift = priorShift(0.4, 0.02)
  for (const [i, { answers }] of moved.entries()) {
    const [before, after] = [plain[i]!.answers[0]!, answers[0]!]
    const pairs = [
      [before.probability, after.probability],
      [before.threshold, after.threshold],
      [before.interval!.low, after.interval!.low],
      [before.interval!.high, after.interval!.high],
    ] as const
    for (const [old, now] of pairs) assert.ok(Math.abs(logit(now) - logit(old) - shift) < 1e-9)
    assert.deepEqual([after.positive, after.logit], [before.positive, before.logit])
    assert.deepEqual(answers[1], plain[i]!.answers[1])
  }
})

test('a prevalence that is no share, of an unknown finding or for a model that knows none is refused', async () => {
  const refused: readonly [SitePrevalence, RegExp][] = [
    [0.1, /there are 2 findings, wanted one for each/],
    [{ C: 0.1 }, /a prevalence of "C": wanted one of the findings A, B/],
    [{ A: 1 }, /the prevalence 1 of "A": wanted a share between 0 and 1/],
    [{ B: 0.1 }, /"B" into that of another place: the model "test" does not know/],
  ]
  for (const [prevalence, message] of refused) {
    await assert.rejects(openClassifier(calibrated, engine, { prevalence }), message)
  }
})
