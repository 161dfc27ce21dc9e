import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aurocDeLong, aurocDifference } from './index.ts'
import { close, reference } from './reference.test.fixture.ts'

test('aurocDeLong() agrees with DeLong 1988 computed over all pairs', () => {
  for (const { scores, labels, delong } of reference.rankings) {
    const { value, se, low, high } = aurocDeLong(scores, labels)
    close(value, delong.value)
    close(se, delong.se)
    close(low, delong.low)
    close(high, delong.high)
  }
})

test('aurocDifference() agrees with the paired test computed over all pairs', () => {
  for (const { scores, second, labels, delongDifference: expected } of reference.rankings) {
    const { value, se, low, high, p } = aurocDifference(scores, second, labels)
    close(value, expected.value)
    close(se, expected.se)
    close(low, expected.low)
    close(high, expected.high)
    close(p, expected.p)
  }
})

test('aurocDifference() of a score with itself is 0 with p = 1', () => {
  const { scores, labels } = reference.rankings[0]!
  const { value, low, high, p } = aurocDifference(scores, scores, labels)
  assert.deepEqual([value, low, high, p], [0, 0, 0, 1])
})
