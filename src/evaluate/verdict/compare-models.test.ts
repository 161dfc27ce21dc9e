import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aurocDifferenceClustered, brier } from '../../statistics/index.ts'
import { compareModels } from './compare-models.ts'
import { twoModels } from './verdict.test.fixture.ts'

test('compareModels() tests AUROC by patient, and says each metric of both', () => {
  const input = twoModels({ films: 600, noise: 2 })
  const found = compareModels(input)!
  assert.deepEqual(
    found.metrics.map(({ metric }) => metric),
    ['auroc', 'averagePrecision', 'sensitivity', 'specificity', 'brier'],
  )
  const { value, low, high, p } = aurocDifferenceClustered(
    input.current.scores,
    input.base.scores,
    input.labels,
    input.patients,
  )
  assert.deepEqual(found.metrics[0]!.difference, { value, low, high, level: 0.95, p })
  for (const { metric, current, base, difference } of found.metrics) {
    assert.ok(Math.abs(current.value - base.value - difference.value) < 1e-9, metric)
    assert.ok(difference.low <= difference.value && difference.value <= difference.high, metric)
    assert.ok(metric === 'brier' ? difference.low > 0 : difference.value < 0, `${metric}: noise makes it worse`)
  }
  const squared = brier(input.base.probabilities, input.labels)
  assert.ok(Math.abs(found.metrics[4]!.base.value - squared) < 1e-12)
})

test('compareModels() of a model with itself finds no difference, and does not claim to be sure of the rates', () => {
  const { base, ...input } = twoModels({ films: 300, noise: 0 })
  for (const { metric, difference } of compareModels({ ...input, base, current: base })!.metrics) {
    assert.equal(difference.value, 0, metric)
    assert.ok(difference.p === null || difference.p === 1, metric)
  }
})

test('two models without a mistake on few films are not surely alike', () => {
  const labels = [0, 0, 0, 0, 1, 1, 1, 1]
  const perfect = { scores: labels, probabilities: labels, threshold: 0.5, siteShift: 0 }
  const found = compareModels({
    ...twoModels({ films: 8, noise: 0 }),
    labels,
    current: { ...perfect, scores: labels.map(label => 2 * label) },
    base: perfect,
    patients: labels.map((_, film) => `p${film}`),
  })!
  const { value, low, high } = found.metrics[0]!.difference
  assert.equal(value, 0)
  assert.ok(low < -0.3 && high > 0.3, `${low} to ${high}`)
})

test('compareModels() compares within groups that have films enough', () => {
  const { subgroups } = compareModels(twoModels({ films: 300, noise: 1 }))!
  const compared = subgroups.filter(({ compared }) => compared !== null)
  assert.ok(compared.length >= 4)
  for (const { positives, negatives, compared } of subgroups)
    assert.equal(compared !== null, positives >= 10 && negatives >= 10)
})

test('compareModels() takes a stated prevalence back before it compares probabilities with labels', () => {
  const input = twoModels({ films: 200, noise: 0 })
  const shifted = Float64Array.from(input.base.probabilities, p => 1 / (1 + ((1 - p) / p) * Math.exp(2)))
  const there = compareModels({ ...input, current: { ...input.base, probabilities: shifted, siteShift: -2 } })!
  assert.ok(Math.abs(there.metrics.find(({ metric }) => metric === 'brier')!.difference.value) < 1e-9)
})

test('films of one side only say nothing', () => {
  const input = twoModels({ films: 20, noise: 1 })
  assert.equal(compareModels({ ...input, labels: new Uint8Array(20) }), undefined)
})
