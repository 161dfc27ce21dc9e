import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { type CalibrationMap, calibrated, calibratedLogit, shiftedMap, uncalibrated } from './calibration.ts'

const logits = fc.double({ min: -30, max: 30, noNaN: true })
const temperatures: fc.Arbitrary<CalibrationMap> = fc.record({
  kind: fc.constant('temperature' as const),
  temperature: fc.double({ min: 0.05, max: 20, noNaN: true }),
  shift: fc.double({ min: -10, max: 10, noNaN: true }),
})

const steps = fc.array(
  fc.tuple(fc.double({ min: 0.01, max: 5, noNaN: true }), fc.double({ min: 0, max: 3, noNaN: true })),
  {
    minLength: 2,
    maxLength: 8,
  },
)
const curves: fc.Arbitrary<CalibrationMap> = steps.map(found => {
  const walk = (side: 0 | 1): number[] => {
    let at = -8
    return found.map(step => {
      at += step[side]
      return at
    })
  }
  return { kind: 'isotonic', logits: walk(0), values: walk(1) }
})
const maps = fc.oneof(temperatures, curves)

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

test('a curve goes through its knots, in straight lines between and beyond them', () => {
  const map: CalibrationMap = { kind: 'isotonic', logits: [-1, 0, 2], values: [-2, 0, 1] }
  assert.deepEqual(
    [-2, -1, -0.5, 0, 1, 2, 4].map(z => calibratedLogit(z, map)),
    [-4, -2, -1, 0, 0.5, 1, 2],
  )
})

test('shiftedMap() adds to every calibrated logit', () => {
  fc.assert(
    fc.property(logits, maps, fc.double({ min: -5, max: 5, noNaN: true }), (z, map, shift) => {
      const moved = calibratedLogit(z, shiftedMap(map, shift)) - calibratedLogit(z, map)
      assert.ok(Math.abs(moved - shift) < 1e-6 * (1 + Math.abs(calibratedLogit(z, map))))
    }),
  )
})
