import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { rateInterval, wilson } from './index.ts'
import { normalQuantile, twoSidedP } from './normal.ts'
import { close, reference } from './reference.test.fixture.ts'

test('wilson() agrees with scipy', () => {
  for (const { k, n, level, low, high } of reference.summaries.wilson) {
    const found = wilson(k, n, level)
    close(found.low, low)
    close(found.high, high)
  }
})

test('wilson() of 97 in 108 is 0.83 to 0.94', () => {
  const { value, low, high } = wilson(97, 108)
  assert.deepEqual(
    [value, low, high].map(share => share.toFixed(2)),
    ['0.90', '0.83', '0.94'],
  )
})

test('wilson() lies within 0 to 1 around the share', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 1, noNaN: true }), (trials, share) => {
      const { value, low, high } = wilson(Math.round(share * trials), trials)
      assert.ok(low >= 0 && low <= value && value <= high && high <= 1, `${low} ${value} ${high}`)
    }),
  )
})

test('wilson() without trials knows nothing', () => {
  assert.deepEqual(wilson(0, 0), { value: Number.NaN, low: 0, high: 1, level: 0.95 })
})

test('rateInterval() takes the right cells of the confusion matrix', () => {
  const counts = { tp: 97, fn: 11, tn: 130, fp: 43 }
  close(rateInterval('sensitivity', counts).value, 97 / 108)
  close(rateInterval('specificity', counts).value, 130 / 173)
  close(rateInterval('ppv', counts).value, 97 / 140)
  close(rateInterval('npv', counts).value, 130 / 141)
  close(rateInterval('accuracy', counts).value, 227 / 281)
})

test('normalQuantile() and twoSidedP() agree with scipy', () => {
  for (const { p, z } of reference.summaries.normal) close(normalQuantile(p), z, 1e-12)
  for (const { z, p } of reference.summaries.twoSided) {
    close(twoSidedP(z) / p, 1, 1e-11, `p of ${z}:`)
  }
})
