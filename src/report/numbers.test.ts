import assert from 'node:assert/strict'
import { test } from 'node:test'
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
