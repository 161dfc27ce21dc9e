import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { packageRoot } from '../core/index.ts'
import { firthLine, isotonicPooling, resampledWeights } from './index.ts'
import { ranking } from './ranking.test.fixture.ts'
import { close } from './reference.test.fixture.ts'

interface Case {
  readonly logits: number[]
  readonly labels: number[]
  readonly weights: number[]
  /** The fitted value of each film. */
  readonly isotonic: number[]
  readonly firth: { readonly slope: number; readonly intercept: number }
}

/** What calibration-maps.py wrote. */
const { cases }: { readonly cases: readonly Case[] } = JSON.parse(
  readFileSync(join(packageRoot(), 'src', 'statistics', 'fixtures', 'calibration-maps.json'), 'utf8'),
)

test('isotonicPooling() agrees with scikit-learn, with ties and weights', () => {
  for (const { logits, labels, weights, isotonic } of cases) {
    const blocks = isotonicPooling(logits, labels)(weights)
    for (const [i, logit] of logits.entries()) {
      const block = blocks.find(({ low, high }) => low <= logit && logit <= high) ?? assert.fail('a film has no block')
      close(block.value, isotonic[i]!, 1e-12)
    }
  }
})

test('isotonicPooling() gives rising blocks that hold every film once, and keeps the share of positives', () => {
  fc.assert(
    fc.property(ranking(), ({ scores, labels }) => {
      const blocks = isotonicPooling(scores, labels)()
      let positives = 0
      blocks.forEach(({ centre, value, low, high }, k) => {
        assert.ok(low <= centre + 1e-12 && centre <= high + 1e-12)
        assert.ok(k === 0 || (value > blocks[k - 1]!.value && low > blocks[k - 1]!.high))
        positives += value * Array.from(scores).filter(score => low <= score && score <= high).length
      })
      close(
        positives,
        labels.reduce((sum: number, label) => sum + label, 0),
      )
    }),
  )
})

test("firthLine() is the maximum of Firth's penalised likelihood, also where the classes are told apart", () => {
  for (const { logits, labels, weights, firth } of cases) {
    const { slope, intercept } = firthLine(logits, labels)(weights)
    close(slope, firth.slope, 2e-6)
    close(intercept, firth.intercept, 2e-6)
  }
})

test('firthLine() of equal scores is level, with half a film more on each side', () => {
  const { slope, intercept } = firthLine([2, 2, 2, 2], [1, 0, 0, 0])()
  assert.equal(slope, 0)
  close(intercept, Math.log(1.5 / 3.5))
})

test('resampledWeights() draws as many patients as there are, all films of one together', () => {
  const patients = ['a', 'a', 'b', 'c', 'c', 'c']
  let differing = 0
  for (const weights of resampledWeights(patients, { seed: 3, draws: 40 })) {
    assert.equal(weights[0], weights[1])
    assert.equal(weights[3], weights[5])
    assert.equal(weights[0]! + weights[2]! + weights[3]!, 3)
    differing += weights[2] === 1 ? 0 : 1
  }
  assert.ok(differing > 10)
})
