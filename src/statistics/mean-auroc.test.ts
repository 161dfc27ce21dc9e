import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../core/index.ts'
import { auroc, aurocClustered, aurocDifferenceClustered, meanAurocClustered, type ScoredFinding } from './index.ts'

const films = 300
const draw = random(5, 'mean auroc')
const patients = Array.from({ length: films }, (_, film) => `p${Math.floor(film / 2)}`)
const sick = Float64Array.from({ length: films }, () => draw.normal())

/** Scores of every so manieth film, as good as `strength` says. */
function finding(strength: number, every = 1) {
  const places = Array.from({ length: films }, (_, film) => film).filter(film => film % every === 0)
  const labels = places.map(place => (sick[place]! + draw.normal() > 0.5 ? 1 : 0))
  const scores = (size: number): number[] => labels.map(label => size * label + draw.normal())
  return { places, labels, runs: [scores(strength)], baselines: [scores(0.3)] } satisfies ScoredFinding
}

test('meanAurocClustered() of one finding is its AUROC, with about the interval that the formula gives', () => {
  const { baselines: _, ...one } = finding(1.5)
  const found = meanAurocClustered([one], patients, { seed: 1 })
  const formula = aurocClustered(one.runs[0]!, one.labels, patients)
  assert.equal(found.auroc.value, formula.value)
  assert.ok(Math.abs(found.auroc.low - formula.low) < 0.01 && Math.abs(found.auroc.high - formula.high) < 0.01)
  assert.equal(found.baseline, null)
})

test('meanAurocClustered() counts findings alike, whatever the number of their films', () => {
  const [whole, half] = [finding(2), finding(0.5, 3)]
  const { value } = meanAurocClustered([whole, half], patients, { seed: 1, draws: 50 }).auroc
  const wanted = (auroc(whole.runs[0]!, whole.labels) + auroc(half.runs[0]!, half.labels)) / 2
  assert.ok(Math.abs(value - wanted) < 1e-12)
})

test('meanAurocClustered() of the same finding twice is no surer than of one: patients are drawn for all findings at once', () => {
  const one = finding(1)
  const single = meanAurocClustered([one], patients, { seed: 3 })
  const twice = meanAurocClustered([one, one], patients, { seed: 3 })
  for (const bound of ['low', 'high'] as const) {
    assert.ok(Math.abs(single.auroc[bound] - twice.auroc[bound]) < 1e-12)
  }
  const others = meanAurocClustered([one, finding(1), finding(1), finding(1)], patients, { seed: 3 })
  assert.ok(others.auroc.high - others.auroc.low < 0.8 * (single.auroc.high - single.auroc.low))
})

test('meanAurocClustered() averages runs, and pairs them with the baseline', () => {
  const one = finding(1.5)
  const twoRuns = {
    ...one,
    runs: [...one.runs, finding(1.5).runs[0]!],
    baselines: [...one.baselines, one.baselines[0]!],
  }
  const found = meanAurocClustered([twoRuns], patients, { seed: 1 })
  const areas = twoRuns.runs.map(run => auroc(run, one.labels))
  assert.ok(Math.abs(found.auroc.value - (areas[0]! + areas[1]!) / 2) < 1e-12)
  const { baseline } = meanAurocClustered([one], patients, { seed: 1 })
  const formula = aurocDifferenceClustered(one.runs[0]!, one.baselines[0]!, one.labels, patients)
  assert.ok(baseline !== null && Math.abs(baseline.gain.value - formula.value) < 1e-12)
  assert.ok(Math.abs(baseline.gain.low - formula.low) < 0.02 && Math.abs(baseline.gain.high - formula.high) < 0.02)
})

test('meanAurocClustered() has no baseline where one finding has none', () => {
  const { baselines: _, ...without } = finding(1)
  assert.equal(meanAurocClustered([finding(1), without], patients, { seed: 1, draws: 20 }).baseline, null)
})

test('meanAurocClustered() of a finding with one class only says so', () => {
  const one = finding(1)
  const negative = { ...one, labels: one.labels.map(() => 0) }
  assert.throws(() => meanAurocClustered([negative], patients, { seed: 1 }), /0 positives/)
})
