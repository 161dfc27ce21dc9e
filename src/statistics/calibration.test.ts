import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { random } from '../core/index.ts'
import {
  brier,
  calibrationBins,
  calibrationErrorByChance,
  calibrationLine,
  expectedCalibrationError,
  logit,
  logLoss,
  predictiveValues,
  priorShift,
  sigmoid,
} from './index.ts'
import { ranking } from './ranking.test.fixture.ts'
import { close, reference } from './reference.test.fixture.ts'

const cases = reference.calibrations.map(found => ({ ...found, probabilities: found.logits.map(sigmoid) }))

test('brier() and logLoss() agree with scikit-learn', () => {
  for (const { logits, probabilities, labels, ...expected } of cases) {
    close(brier(probabilities, labels), expected.brier)
    close(logLoss(logits, labels), expected.logLoss)
  }
})

test('expectedCalibrationError() agrees with numpy on bins of equal mass', () => {
  for (const { probabilities, labels, expectedError } of cases) {
    close(expectedCalibrationError(probabilities, labels), expectedError)
  }
})

test('calibrationLine() agrees with scipy', () => {
  for (const { logits, labels, slope, intercept } of cases) {
    const found = calibrationLine(logits, labels)
    close(found.slope, slope, 1e-6)
    close(found.intercept, intercept, 1e-9)
  }
})

test('calibrationBins() never part equal probabilities and hold every film once', () => {
  fc.assert(
    fc.property(ranking(), ({ scores, labels }) => {
      const probabilities = scores.map(sigmoid)
      const bins = calibrationBins(probabilities, labels)
      assert.equal(
        bins.reduce((sum, { count }) => sum + count, 0),
        labels.length,
      )
      assert.ok(bins.length <= 10)
      const reversed = calibrationBins([...probabilities].reverse(), [...labels].reverse())
      bins.forEach(({ count, observed }, i) => {
        assert.equal(count, reversed[i]!.count)
        close(observed, reversed[i]!.observed, 1e-12)
      })
    }),
  )
})

test('a perfectly calibrated model shows an expected error of .068 with 281 films, of .031 with 1,402', () => {
  const of = (films: number): number => {
    const draw = random(3, 'calibration test', films)
    // Logits around the prevalence of 38% with the spread of a model of AUROC .7.
    const probabilities = Array.from({ length: films }, () => sigmoid(-0.5 + 0.8 * draw.normal()))
    return calibrationErrorByChance(probabilities, { seed: 1, draws: 200 }).mean
  }
  close(of(281), 0.068, 0.006)
  close(of(1402), 0.031, 0.004)
})

test('priorShift() from 50% in training is -0.49 at 38%, -3.81 at 2.17% and -4.35 at 1.28%', () => {
  assert.deepEqual(
    [0.38, 0.0217, 0.0128].map(share => priorShift(0.5, share).toFixed(2)),
    ['-0.49', '-3.81', '-4.35'],
  )
})

test('predictiveValues() of sensitivity .69 and specificity .58 fall from .50 to .021 with the prevalence', () => {
  const ppv = (prevalence: number): string => predictiveValues(0.69, 0.58, prevalence).ppv.toFixed(3)
  assert.deepEqual([0.38, 0.2, 0.022, 0.013].map(ppv), ['0.502', '0.291', '0.036', '0.021'])
})

test('logit() undoes sigmoid(), also far out', () => {
  for (const z of [-30, -2, 0, 0.1, 8]) close(logit(sigmoid(z)), z, 1e-9)
  assert.equal(sigmoid(-800), 0)
  assert.equal(sigmoid(800), 1)
})
