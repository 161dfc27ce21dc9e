import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { random } from '../core/index.ts'
import {
  auroc,
  aurocClustered,
  aurocDeLong,
  aurocDifferenceClustered,
  aurocMeanClustered,
  bootstrapClustered,
  resampledAuroc,
} from './index.ts'
import { ranking } from './ranking.test.fixture.ts'
import { close, reference } from './reference.test.fixture.ts'

test('aurocClustered() agrees with Obuchowski 1997 computed over all pairs', () => {
  for (const { scores, labels, clusters, clustered } of reference.rankings) {
    const { value, se, low, high } = aurocClustered(scores, labels, clusters)
    close(value, clustered.value)
    close(se, clustered.se)
    close(low, clustered.low)
    close(high, clustered.high)
  }
})

test('aurocDifferenceClustered() agrees with the same computed over all pairs', () => {
  for (const { scores, second, labels, clusters, clusteredDifference: expected } of reference.rankings) {
    const { value, se, low, high, p } = aurocDifferenceClustered(scores, second, labels, clusters)
    close(value, expected.value)
    close(se, expected.se)
    close(low, expected.low)
    close(high, expected.high)
    close(p, expected.p)
  }
})

test('aurocClustered() is DeLong when every film is a patient of its own', () => {
  for (const { scores, labels } of reference.rankings) {
    const own = scores.map((_, i) => `p${i}`)
    close(aurocClustered(scores, labels, own).se, aurocDeLong(scores, labels).se, 1e-12)
  }
})

test('aurocClustered() is wider when each film is there three times, and DeLong is fooled', () => {
  const { scores, labels } = reference.rankings[2]!
  const thrice = (values: readonly number[]): number[] => values.flatMap(value => [value, value, value])
  const clusters = scores.flatMap((_, i) => [`p${i}`, `p${i}`, `p${i}`])
  const honest = aurocClustered(thrice(scores), thrice(labels), clusters).se
  const fooled = aurocDeLong(thrice(scores), thrice(labels)).se
  close(honest, aurocDeLong(scores, labels).se, 1e-12)
  assert.ok(fooled < 0.6 * honest, `${fooled} against ${honest}`)
})

test('aurocClustered() lies within 0 to 1 around the area, whatever the films', () => {
  fc.assert(
    fc.property(ranking(), ({ scores, labels, clusters }) => {
      const { value, low, high } = aurocClustered(scores, labels, clusters)
      close(value, auroc(scores, labels), 1e-12)
      assert.ok(low >= 0 && low <= value + 1e-12 && value - 1e-12 <= high && high <= 1, `${low} ${value} ${high}`)
    }),
  )
})

test('aurocClustered() of a perfect score does not claim to be certain', () => {
  const { low, high } = aurocClustered([1, 2, 3, 4, 5, 6], [0, 0, 0, 1, 1, 1], ['a', 'b', 'c', 'd', 'e', 'f'])
  assert.equal(high, 1)
  assert.ok(low < 0.5, `low is ${low}`)
})

test('aurocClustered() knows nothing when a class has one patient', () => {
  const { low, high } = aurocClustered([1, 3, 2, 4], [0, 0, 1, 1], ['a', 'b', 'c', 'c'])
  assert.deepEqual([low, high], [0, 1])
})

test('aurocMeanClustered() of equal runs is aurocClustered() of one', () => {
  const { scores, labels, clusters } = reference.rankings[1]!
  assert.deepEqual(aurocMeanClustered([scores, scores], labels, clusters), aurocClustered(scores, labels, clusters))
})

test('the clustered formula and the clustered bootstrap agree on a larger set', () => {
  const { scores, labels, clusters } = clusteredFilms(11, 300)
  const formula = aurocClustered(scores, labels, clusters)
  const { low, high } = bootstrapClustered(clusters, resampledAuroc(scores, labels), { seed: 1, draws: 1000 })
  close(low, formula.low, 0.012)
  close(high, formula.high, 0.012)
})

test('95% intervals hold the truth in about 95% of simulated sets of clustered films', () => {
  // Scores are label + patient effect + noise: the difference of two films of different patients is N(1, 4).
  const truth = 0.691462461274013
  const sets = 400
  let held = 0
  for (let seed = 0; seed < sets; seed++) {
    const { scores, labels, clusters } = clusteredFilms(seed, 120)
    const { low, high } = aurocClustered(scores, labels, clusters)
    if (low <= truth && truth <= high) held++
  }
  // Three standard errors of the share to each side.
  assert.ok(held / sets > 0.915 && held / sets < 0.985, `${held} of ${sets}`)
})

/** Patients with one to four films of one label and a score of their own. */
function clusteredFilms(seed: number, patients: number): { scores: number[]; labels: number[]; clusters: string[] } {
  const draw = random(seed, 'clustered films')
  const films = Array.from({ length: patients }, (_, patient) => {
    const effect = draw.normal()
    const label = patient % 2
    return Array.from({ length: 1 + draw.integer(4) }, () => ({
      score: label + effect + draw.normal(),
      label,
      cluster: `p${patient}`,
    }))
  }).flat()
  return {
    scores: films.map(({ score }) => score),
    labels: films.map(({ label }) => label),
    clusters: films.map(({ cluster }) => cluster),
  }
}
