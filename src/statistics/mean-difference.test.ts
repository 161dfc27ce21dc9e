import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { simulateNoChange } from '../testing/simulated-change.ts'
import { aurocDeLong, aurocDifference, aurocDifferenceClustered } from './index.ts'
import { sigmoid } from './logit.ts'
import { meanDifferenceClustered, shareDifferenceClustered } from './mean-difference.ts'
import { paired } from './paired.test.fixture.ts'
import { close, reference } from './reference.test.fixture.ts'

const pairs = reference.rankings.map((ranking, i) => ({ ...ranking, expected: paired.rankings[i]! }))

test("the paired test of two AUROCs agrees with R's pROC where every film is a patient of its own", () => {
  for (const { scores, second, labels, expected } of pairs) {
    const own = scores.map((_, i) => `p${i}`)
    for (const found of [
      aurocDifference(scores, second, labels),
      aurocDifferenceClustered(scores, second, labels, own),
    ]) {
      close(found.value, expected.proc.first - expected.proc.second)
      close(found.value / found.se, expected.proc.z)
      close(found.p, expected.proc.p)
      close(found.low, expected.proc.low)
      close(found.high, expected.proc.high)
    }
    close(aurocDeLong(scores, labels).se ** 2, expected.proc.varianceOfFirst)
  }
})

test("meanDifferenceClustered() agrees with R's sandwich, for squared errors and for calls", () => {
  for (const { scores, second, labels, clusters, expected } of pairs) {
    const squared = (of: readonly number[]): number[] => of.map((z, i) => (sigmoid(z) - labels[i]!) ** 2)
    same(meanDifferenceClustered(squared(scores), squared(second), clusters), expected.brier)
    const { first, other, patients } = calls({ scores, second, labels, clusters })
    same(meanDifferenceClustered(first, other, patients), expected.sensitivityWald)
  }
})

test('shareDifferenceClustered() agrees with Agresti and Min where every film is a patient of its own', () => {
  for (const { scores, second, labels, clusters, expected } of pairs) {
    const { first, other } = calls({ scores, second, labels, clusters })
    const own = first.map((_, i) => `p${i}`)
    same(shareDifferenceClustered(first, other, own), expected.sensitivityOfFilms)
  }
})

test('shareDifferenceClustered() of calls that differ on no film is 0, and not surely 0', () => {
  const { value, low, high, p } = shareDifferenceClustered([1, 1, 0, 1], [1, 1, 0, 1], ['a', 'b', 'c', 'd'])
  assert.equal(value, 0)
  assert.equal(p, 1)
  assert.ok(low < -0.2 && high > 0.2, `${low} to ${high}`)
})

test('films of one patient count as one voice: three copies of each film say no more than one', () => {
  for (const { scores, second, labels, clusters } of pairs) {
    const { first, other } = calls({ scores, second, labels, clusters })
    const own = first.map((_, i) => `p${i}`)
    const thrice = <T>(values: readonly T[]): T[] => values.flatMap(value => [value, value, value])
    const once = meanDifferenceClustered(first, other, own)
    const copied = meanDifferenceClustered(thrice(first), thrice(other), thrice(own))
    close(copied.se, once.se, 1e-12)
  }
})

test('whoever is first: the difference turns its sign and nothing else', () => {
  const film = fc.record({ a: fc.constantFrom(0, 1), b: fc.constantFrom(0, 1), patient: fc.nat({ max: 6 }) })
  fc.assert(
    fc.property(fc.array(film, { minLength: 1, maxLength: 40 }), films => {
      const [a, b, patients] = [films.map(f => f.a), films.map(f => f.b), films.map(f => `p${f.patient}`)]
      const there = shareDifferenceClustered(a, b, patients)
      const back = shareDifferenceClustered(b, a, patients)
      close(there.value, -back.value, 1e-12)
      close(there.low, -back.high, 1e-12)
      close(there.p, back.p, 1e-12)
      assert.ok(there.low >= -1 && there.low <= there.high && there.high <= 1)
    }),
  )
})

test('one patient says nothing about others', () => {
  const { low, high, p } = meanDifferenceClustered([0.1, 0.4], [0.2, 0.9], ['a', 'a'])
  assert.deepEqual([low, high, p], [-1, 1, 1])
})

test('where nothing changed, the paired tests see a change in about 5% of simulated sets of clustered films', () => {
  const { auroc, brier, sensitivity, specificity } = simulateNoChange({ patients: 100, films: 4 }, 400, 0)
  // Three standard errors of a share of 5% to each side.
  for (const [name, share] of Object.entries({ auroc, brier, sensitivity, specificity }))
    assert.ok(share > 0.017 && share < 0.083, `${name}: ${share}`)
})

interface Called {
  readonly first: number[]
  readonly other: number[]
  readonly patients: string[]
}

/** What paired.R calls positive among the positives. */
function calls(of: {
  readonly scores: readonly number[]
  readonly second: readonly number[]
  readonly labels: readonly number[]
  readonly clusters: readonly string[]
}): Called {
  const films = [...of.labels.keys()].filter(i => of.labels[i] === 1)
  return {
    first: films.map(i => (of.scores[i]! >= 1 ? 1 : 0)),
    other: films.map(i => (of.second[i]! >= 0.5 ? 1 : 0)),
    patients: films.map(i => of.clusters[i]!),
  }
}

function same(
  found: {
    readonly value: number
    readonly se: number
    readonly low: number
    readonly high: number
    readonly p: number
  },
  expected: typeof found,
): void {
  for (const name of ['value', 'se', 'low', 'high', 'p'] as const) close(found[name], expected[name], 1e-9, name)
}
