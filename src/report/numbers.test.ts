import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { countInto, edgesBetween } from './bin.ts'
import { countText, numberText, percentText } from './numbers.ts'

test('numbers are written as a person reads them', () => {
  assert.deepEqual([1402, -1234567, 0.30000000000000004, 1234.5, 12, Number.NaN].map(numberText), [
    '1,402',
    '-1,234,567',
    '0.3',
    '1,235',
    '12',
    '–',
  ])
  assert.equal(countText(999), '999')
  assert.deepEqual([percentText(0.384, 1), percentText(0.5, 1), percentText(1)], ['38.4%', '50%', '100%'])
})

test('countInto() counts every value between the edges exactly once', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -2, max: 2, noNaN: true })), values => {
      const counted = countInto(edgesBetween(-1, 1, 7), values).reduce((a, b) => a + b, 0)
      assert.equal(counted, values.filter(value => value >= -1 && value <= 1).length)
    }),
  )
})
