import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../core/index.ts'
import { auroc, resampledAuroc, rocCurve } from './index.ts'
import { ranking } from './ranking.test.fixture.ts'
import { close, reference } from './reference.test.fixture.ts'

test('auroc() agrees with scikit-learn, ties among the scores included', () => {
  for (const { scores, labels, auroc: expected } of reference.rankings) close(auroc(scores, labels), expected)
})

test('auroc() is 1, 0 and 0.5 for perfect, reversed and constant scores', () => {
  assert.equal(auroc([1, 2, 3, 4], [0, 0, 1, 1]), 1)
  assert.equal(auroc([4, 3, 2, 1], [0, 0, 1, 1]), 0)
  assert.equal(auroc([7, 7, 7], [0, 1, 1]), 0.5)
})

test('auroc() does not change under a monotone transform', () => {
  fc.assert(
    fc.property(ranking(), ({ scores, labels }) => {
      // Exact on these small whole numbers, so that ties stay ties.
      const transformed = scores.map(score => 3 * score + 2 ** score)
      assert.equal(auroc(transformed, labels), auroc(scores, labels))
    }),
  )
})

test('auroc() becomes its complement when scores or labels are flipped', () => {
  fc.assert(
    fc.property(ranking(), ({ scores, labels }) => {
      const area = auroc(scores, labels)
      close(
        auroc(
          scores,
          labels.map(label => 1 - label),
        ),
        1 - area,
      )
      close(
        auroc(
          scores.map(score => -score),
          labels,
        ),
        1 - area,
      )
    }),
  )
})

test('auroc() does not depend on the order of the films', () => {
  fc.assert(
    fc.property(ranking(), ({ scores, labels }) => {
      close(auroc([...scores].reverse(), [...labels].reverse()), auroc(scores, labels), 1e-12)
    }),
  )
})

test('auroc() is the area under rocCurve() by trapezoids', () => {
  fc.assert(
    fc.property(ranking(), ({ scores, labels }) => {
      const points = rocCurve(scores, labels)
      const area = points.slice(1).reduce((sum, { fpr, tpr }, i) => {
        const before = points[i]!
        return sum + ((fpr - before.fpr) * (tpr + before.tpr)) / 2
      }, 0)
      close(area, auroc(scores, labels), 1e-12)
    }),
  )
})

test('resampledAuroc() equals auroc() of the drawn films', () => {
  fc.assert(
    fc.property(ranking(), fc.array(fc.nat(), { minLength: 1, maxLength: 40 }), ({ scores, labels }, draws) => {
      const indices = Int32Array.from(draws, draw => draw % scores.length)
      const drawn = [...indices].map(i => labels[i]!)
      const found = resampledAuroc(scores, labels)(indices)
      if (new Set(drawn).size < 2) assert.equal(found, undefined)
      else
        close(
          found!,
          auroc(
            [...indices].map(i => scores[i]!),
            drawn,
          ),
          1e-12,
        )
    }),
  )
})

test('auroc() says what is missing when there is one class only', () => {
  assert.throws(
    () => auroc([1, 2], [1, 1]),
    (error: unknown) => error instanceof Problem && /2 positives and 0 negatives/.test(error.message),
  )
})

test('auroc() refuses NaN, other labels and arrays of different length', () => {
  assert.throws(() => auroc([Number.NaN, 2], [0, 1]), /score 0 is not a number/)
  assert.throws(() => auroc([1, 2], [0, 2]), /label 1 is 2/)
  assert.throws(() => auroc([1, 2], [0]), /2 scores and 1 labels/)
})

test('auroc() takes infinite scores', () => {
  assert.equal(auroc([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], [0, 1, 1]), 0.75)
})
