import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { calibrated, uncalibrated } from './calibration.ts'

const logits = fc.double({ min: -30, max: 30, noNaN: true })
const maps = fc.record({
  kind: fc.constant('temperature' as const),
  temperature: fc.double({ min: 0.05, max: 20, noNaN: true }),
  shift: fc.double({ min: -10, max: 10, noNaN: true }),
})

test('the map that changes nothing is the sigmoid', () => {
  assert.equal(calibrated(0, uncalibrated.map), 0.5)
  assert.ok(Math.abs(calibrated(Math.log(3), uncalibrated.map) - 0.75) < 1e-15)
})

test('a temperature divides and a shift adds, in logits', () => {
  assert.equal(calibrated(4, { kind: 'temperature', temperature: 2, shift: -2 }), 0.5)
})

test('every map keeps the order of logits and stays within 0 and 1', () => {
  fc.assert(
    fc.property(logits, logits, maps, (a, b, map) => {
      const [low, high] = [calibrated(Math.min(a, b), map), calibrated(Math.max(a, b), map)]
      return low <= high && low >= 0 && high <= 1
    }),
  )
})

test('logits beyond all bounds are certain, not broken', () => {
  assert.equal(calibrated(1e6, uncalibrated.map), 1)
  assert.equal(calibrated(-1e6, uncalibrated.map), 0)
})
