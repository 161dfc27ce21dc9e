import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../core/index.ts'
import { auroc, aurocClustered, confusion, logit, sigmoid } from '../statistics/index.ts'
import { evaluate, evaluationMetrics } from './index.ts'
import { judgedFilms } from './judged.test.fixture.ts'

test('evaluate() says how many films of how many patients, and the prevalence', () => {
  const input = judgedFilms({ films: 300 })
  const { films, patients, positives, negatives, prevalence, format } = evaluate(input)
  assert.equal(format, 'chestnut.evaluation/1')
  assert.deepEqual([films, patients, positives + negatives], [300, 150, 300])
  assert.equal(prevalence, positives / 300)
})

test('evaluate() gives the clustered interval, and the bootstrap agrees with it', () => {
  const input = judgedFilms({ films: 400 })
  const found = evaluate({ ...input, draws: 1000 })
  const { value, low, high } = aurocClustered(input.scores, input.labels, input.patients)
  assert.deepEqual(found.auroc, { value, low, high, level: 0.95 })
  assert.ok(Math.abs(found.aurocBootstrap.low - low) < 0.015)
  assert.ok(Math.abs(found.aurocBootstrap.high - high) < 0.015)
})

test('evaluate() of calibrated probabilities finds them calibrated', () => {
  const { calibration } = evaluate(judgedFilms({ films: 3000 }))
  assert.ok(Math.abs(calibration.slope - 1) < 0.1, `slope ${calibration.slope}`)
  assert.ok(Math.abs(calibration.intercept) < 0.15)
  assert.ok(calibration.expectedError < calibration.expectedErrorByChance.high)
  assert.ok(calibration.brier < calibration.brierOfPrevalence)
})

test('evaluate() finds overconfident probabilities overconfident', () => {
  const input = judgedFilms({ films: 1000 })
  const bold = Float64Array.from(input.scores, score => 1 / (1 + Math.exp(-3 * score)))
  const { calibration } = evaluate({ ...input, probabilities: bold })
  assert.ok(calibration.slope < 0.5)
  assert.ok(calibration.expectedError > calibration.expectedErrorByChance.high)
})

test('evaluate() judges the calibration at the prevalence of the films, whatever other one the answers are for', () => {
  const input = judgedFilms({ films: 300 })
  const here = evaluate(input)
  const elsewhere = (p: number): number => sigmoid(logit(p) - 3)
  const there = evaluate({
    ...input,
    probabilities: Float64Array.from(input.probabilities, elsewhere),
    threshold: elsewhere(input.threshold),
    siteShift: -3,
  })
  const { siteShift, ...calibration } = there.calibration
  assert.equal(siteShift, -3)
  assert.ok(Math.abs(calibration.intercept - here.calibration.intercept) < 1e-6)
  assert.ok(Math.abs(calibration.expectedError - here.calibration.expectedError) < 1e-6)
  assert.ok(Math.abs(calibration.brier - here.calibration.brier) < 1e-6)
  assert.deepEqual(there.operatingPoint.confusion, here.operatingPoint.confusion)
})

test('evaluate() takes probabilities of exactly 0 and 1', () => {
  const input = judgedFilms({ films: 100 })
  const { calibration } = evaluate({ ...input, probabilities: Float64Array.from(input.scores, s => (s > 0 ? 1 : 0)) })
  assert.ok(Number.isFinite(calibration.logLoss) && Number.isFinite(calibration.slope))
})

test('evaluate() judges the answers at the threshold that it was given', () => {
  const input = judgedFilms({ films: 200 })
  const { operatingPoint } = evaluate({ ...input, threshold: 0.7 })
  const counts = confusion(input.probabilities, input.labels, 0.7)
  assert.deepEqual(operatingPoint.confusion, counts)
  assert.equal(operatingPoint.rates.sensitivity?.value, counts.tp / (counts.tp + counts.fn))
  for (const rate of Object.values(operatingPoint.rates)) {
    assert.ok(rate !== null && rate.low <= rate.value && rate.value <= rate.high)
  }
})

test('evaluate() has no predictive value when no film is called positive', () => {
  const { rates } = evaluate({ ...judgedFilms({ films: 60 }), threshold: 2 }).operatingPoint
  assert.equal(rates.ppv, null)
  assert.equal(rates.sensitivity?.value, 0)
})

test('evaluate() puts the gain over metadata beside the score', () => {
  const input = judgedFilms({ films: 600 })
  const { metadata, auroc: model } = evaluate(input)
  assert.ok(metadata !== null)
  assert.equal(metadata.auroc.value, auroc(input.metadataLogits ?? [], input.labels))
  assert.ok(Math.abs(metadata.gain.value - (model.value - metadata.auroc.value)) < 1e-12)
  assert.ok(metadata.gain.low > 0 && metadata.gain.p < 0.001)
  assert.equal(evaluate({ ...input, metadataLogits: undefined }).metadata, null)
})

test('evaluate() judges sex, age and view apart and keeps silent on groups under 10 of a class', () => {
  const input = judgedFilms({ films: 300 })
  const { subgroups } = evaluate({
    ...input,
    facts: input.facts.map((film, i) => ({ ...film, age: i < 15 ? 10 : 50 })),
  })
  const young = subgroups.find(({ group }) => group === 'under 18')
  assert.ok(young !== undefined && young.positives + young.negatives === 15)
  assert.equal(young.auroc, null)
  assert.deepEqual(
    subgroups.map(({ group }) => group),
    ['F', 'M', 'under 18', '40 to 64', 'PA', 'AP'],
  )
  assert.ok(subgroups.filter(({ group }) => group === 'F').every(found => found.auroc !== null))
})

test('evaluate() keeps at most 400 points of a curve, its ends among them', () => {
  const { roc, pr } = evaluate(judgedFilms({ films: 2000 })).curves
  assert.equal(roc.length, 400)
  assert.deepEqual(
    [roc[0], roc.at(-1)],
    [
      { fpr: 0, tpr: 0 },
      { fpr: 1, tpr: 1 },
    ],
  )
  assert.equal(pr.length, 400)
  assert.equal(pr.at(-1)?.recall, 1)
})

test('evaluate() gives plain data that survives JSON, and the same twice', () => {
  const found = evaluate(judgedFilms({ films: 120 }))
  assert.deepEqual(JSON.parse(JSON.stringify(found)), found)
  assert.deepEqual(evaluate(judgedFilms({ films: 120 })), found)
})

test('evaluate() of one class says what is there and what to do', () => {
  const input = judgedFilms({ films: 40 })
  assert.throws(
    () => evaluate({ ...input, labels: new Uint8Array(40) }),
    (error: unknown) =>
      error instanceof Problem &&
      /the test part has 0 positive and 40 negative films/.test(error.message) &&
      error.next !== undefined,
  )
})

test('evaluate() of a model that answers NaN says that it diverged', () => {
  const input = judgedFilms({ films: 40 })
  const scores = Float64Array.from(input.scores, (score, i) => (i < 3 ? Number.NaN : score))
  assert.throws(
    () => evaluate({ ...input, scores }),
    (error: unknown) => error instanceof Problem && /3 of its 40 answers are not numbers/.test(error.message),
  )
})

test('evaluate() survives two films of two patients', () => {
  const { auroc: found } = evaluate({
    ...judgedFilms({ films: 2 }),
    labels: [0, 1],
    patients: ['a', 'b'],
    scores: [0, 1],
  })
  assert.deepEqual([found.low, found.high], [0, 1])
})

test('evaluationMetrics() are numbers only', () => {
  const metrics = evaluationMetrics(evaluate(judgedFilms({ films: 100 })))
  assert.ok(Object.values(metrics).every(Number.isFinite))
  for (const name of [
    'auroc',
    'aurocLow',
    'aurocHigh',
    'averagePrecision',
    'sensitivity',
    'metadataAuroc',
    'gainOverMetadata',
  ]) {
    assert.ok(name in metrics, name)
  }
})
