import assert from 'node:assert/strict'
import { test } from 'node:test'
import { histogram, quantile, quantiles } from './index.ts'
import { allClose, reference } from './reference.test.fixture.ts'

const { values, probabilities, ...expected } = reference.summaries

test('quantiles() agree with numpy', () => {
  allClose(quantiles(values, probabilities), expected.quantiles)
})

test('quantile() of nothing, or beyond 0 and 1, is refused', () => {
  assert.throws(() => quantile([], 0.5), /no values/)
  assert.throws(() => quantile([1], 1.2), /between 0 and 1/)
})

test('histogram() agrees with numpy, over its own range and over a narrower one', () => {
  const own = histogram(values, { bins: 7 })
  assert.deepEqual(own.counts, expected.counts)
  allClose(own.edges, expected.edges)
  const narrow = histogram(values, { bins: 4, range: [-1, 1] })
  assert.deepEqual(narrow.counts, expected.tightCounts)
  allClose(narrow.edges, expected.tightEdges)
  assert.equal(narrow.counts.reduce((sum, count) => sum + count, 0) + narrow.outside, values.length)
})

test('histogram() of equal values puts them all into one bin', () => {
  assert.deepEqual(histogram([2, 2, 2], { bins: 3 }).counts, [3, 0, 0])
})
