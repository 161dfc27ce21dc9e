import assert from 'node:assert/strict'
import { test } from 'node:test'
import { float32 } from '../core/index.ts'
import { allClose } from './all-close.ts'

test('allClose() passes what differs by rounding of the largest number', () => {
  allClose(float32([2], [1000.0005, 0.0001]), float32([2], [1000, 0]), { relative: 1e-6 })
})

test('allClose() names the worst place and the limit', () => {
  assert.throws(
    () => allClose(float32([2, 2], [1, 2, 3.5, 4.1]), float32([2, 2], [1, 2, 3, 4]), { name: 'w' }),
    /"w" is not close: at \[1, 0\] it is 3.5, 3 was wanted; \|Δ\| = 5.00e-1 is above 4.00e-6/,
  )
})

test('allClose() refuses another shape and a NaN', () => {
  assert.throws(
    () => allClose(float32([2], [1, 2]), float32([1, 2], [1, 2])),
    /its shape is \[2\], \[1, 2\] was wanted/,
  )
  assert.throws(() => allClose(float32([1], [Number.NaN]), float32([1], [1])), /not close/)
  allClose(float32([1], [Number.NaN]), float32([1], [Number.NaN]))
})
