import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { averagePrecision, confusion, prCurve, resampledAveragePrecision, rocCurve, youdenThreshold } from './index.ts'
import { ranking } from './ranking.test.fixture.ts'
import { allClose, close, reference } from './reference.test.fixture.ts'

test('rocCurve() has the points of scikit-learn, one for each distinct score', () => {
  for (const { scores, labels, roc } of reference.rankings) {
    const points = rocCurve(scores, labels)
    allClose(
      points.map(({ fpr }) => fpr),
      roc.fpr,
    )
    allClose(
      points.map(({ tpr }) => tpr),
      roc.tpr,
    )
    allClose(
      points.slice(1).map(({ threshold }) => threshold),
      roc.thresholds,
    )
    assert.equal(points[0]!.threshold, Number.POSITIVE_INFINITY)
  }
})

test('prCurve() has the points of scikit-learn, in rising recall', () => {
  for (const { scores, labels, pr } of reference.rankings) {
    const points = prCurve(scores, labels)
    allClose(
      points.map(({ precision }) => precision),
      pr.precision,
    )
    allClose(
      points.map(({ recall }) => recall),
      pr.recall,
    )
    allClose(
      points.map(({ threshold }) => threshold),
      pr.thresholds,
    )
  }
})

test('averagePrecision() agrees with scikit-learn', () => {
  for (const { scores, labels, averagePrecision: expected } of reference.rankings) {
    close(averagePrecision(scores, labels), expected)
  }
})

test('averagePrecision() of a constant score is the prevalence', () => {
  assert.equal(averagePrecision([1, 1, 1, 1], [1, 0, 0, 0]), 0.25)
})

test('resampledAveragePrecision() of all films is averagePrecision()', () => {
  fc.assert(
    fc.property(ranking(), ({ scores, labels }) => {
      const all = Int32Array.from(scores.keys())
      close(resampledAveragePrecision(scores, labels)(all)!, averagePrecision(scores, labels), 1e-12)
    }),
  )
})

test('confusion() at a threshold of the curve gives the rates of the curve', () => {
  fc.assert(
    fc.property(ranking(), ({ scores, labels }) => {
      for (const { threshold, fpr, tpr } of rocCurve(scores, labels)) {
        const { tp, fp, tn, fn } = confusion(scores, labels, threshold)
        assert.equal(tp + fp + tn + fn, scores.length)
        assert.equal(tp / (tp + fn), tpr)
        assert.equal(fp / (fp + tn), fpr)
      }
    }),
  )
})

test('youdenThreshold() is beaten by no other threshold', () => {
  fc.assert(
    fc.property(ranking(), ({ scores, labels }) => {
      const index = (threshold: number): number => {
        const { tp, fp, tn, fn } = confusion(scores, labels, threshold)
        return tp / (tp + fn) - fp / (fp + tn)
      }
      const best = index(youdenThreshold(scores, labels))
      for (const score of scores) assert.ok(index(score) <= best + 1e-12)
    }),
  )
})

test('youdenThreshold() of separated classes is the lowest positive score', () => {
  assert.equal(youdenThreshold([0.1, 0.2, 0.7, 0.9], [0, 0, 1, 1]), 0.7)
})
