import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { packageRoot } from '../core/index.ts'
import { rateAt, type Schedule } from './schedule.ts'

const course = { steps: 10, epochs: 5, losses: [] }

interface Case {
  readonly schedule: Schedule
  readonly rates: readonly number[]
}

/** What fixtures/schedules.py writes: the rates of PyTorch's own schedulers. */
const reference: {
  readonly steps: number
  readonly epochs: number
  readonly losses: readonly number[]
  readonly everyStep: readonly Case[]
  /** At the first step of each epoch. */
  readonly everyEpoch: readonly Case[]
} = JSON.parse(readFileSync(join(packageRoot(), 'src', 'train', 'fixtures', 'schedules.json'), 'utf8'))

for (const [each, cases] of [
  [1, reference.everyStep],
  [reference.steps, reference.everyEpoch],
] as const) {
  for (const { schedule, rates } of cases) {
    test(`${JSON.stringify(schedule)} gives the rates of PyTorch's scheduler`, () => {
      for (const [i, wanted] of rates.entries()) {
        const losses = reference.losses.slice(0, Math.floor((i * each) / reference.steps))
        const found = rateAt(schedule, i * each, { ...reference, losses })
        assert.ok(Math.abs(found - wanted) < 1e-9, `${i}: ${found} should be ${wanted}`)
      }
    })
  }
}

test('a constant schedule gives the same rate at every step', () => {
  assert.equal(rateAt({ kind: 'constant', rate: 0.1 }, 0, course), 0.1)
  assert.equal(rateAt({ kind: 'constant', rate: 0.1 }, 999, course), 0.1)
})

test('a cosine falls from its rate through the middle to its floor', () => {
  const schedule = { kind: 'cosine', rate: 1, floor: 0.2 } as const
  assert.equal(rateAt(schedule, 0, course), 1)
  assert.ok(Math.abs(rateAt(schedule, 25, course) - 0.6) < 1e-12)
  assert.ok(Math.abs(rateAt(schedule, 50, course) - 0.2) < 1e-12)
  assert.ok(Math.abs(rateAt(schedule, 80, course) - 0.2) < 1e-12)
})

test('warm-up rises in a straight line over its epochs and reaches the rate, whatever comes after', () => {
  const schedules: readonly Schedule[] = [
    { kind: 'constant', rate: 1, warmUp: 2 },
    { kind: 'cosine', rate: 1, warmUp: 2 },
    { kind: 'linear', rate: 1, warmUp: 2 },
    { kind: 'step', rate: 1, warmUp: 2, every: 1 },
    { kind: 'exponential', rate: 1, warmUp: 2, factor: 0.5 },
    { kind: 'plateau', rate: 1, warmUp: 2 },
  ]
  for (const schedule of schedules) {
    assert.equal(rateAt(schedule, 0, course), 1 / 20)
    assert.equal(rateAt(schedule, 9, course), 0.5)
    assert.equal(rateAt(schedule, 19, course), 1)
    assert.equal(rateAt(schedule, 20, course), 1)
  }
})

test('steps and exponential falls count their epochs from the end of the warm-up', () => {
  assert.equal(rateAt({ kind: 'step', rate: 1, warmUp: 1, every: 2 }, 29, course), 1)
  assert.equal(rateAt({ kind: 'step', rate: 1, warmUp: 1, every: 2 }, 30, course), 0.1)
  assert.equal(rateAt({ kind: 'exponential', rate: 1, warmUp: 1, factor: 0.25 }, 15, course), 0.5)
})

test('a one-cycle schedule without a rise falls from its rate on', () => {
  const schedule = { kind: 'one-cycle', rate: 1, rise: 0 } as const
  assert.ok(rateAt(schedule, 0, course) > 0.99)
  assert.ok(Math.abs(rateAt(schedule, 49, course) - 4e-6) < 1e-12)
})

test('a rate is never above its highest nor below zero', () => {
  const warmUp = fc.double({ min: 0, max: 6, noNaN: true })
  const factor = fc.double({ min: 0.01, max: 1, noNaN: true })
  const floor = fc.double({ min: 0, max: 0.5, noNaN: true })
  const [rate, patience] = [fc.constant(0.3), fc.nat(4)]
  const schedules: fc.Arbitrary<Schedule> = fc.oneof(
    fc.record({ kind: fc.constant('cosine' as const), rate, warmUp }),
    fc.record({ kind: fc.constant('linear' as const), rate, warmUp }),
    fc.record({ kind: fc.constant('step' as const), rate, warmUp, every: fc.integer({ min: 1, max: 4 }), factor }),
    fc.record({ kind: fc.constant('exponential' as const), rate, warmUp, factor }),
    fc.record({ kind: fc.constant('one-cycle' as const), rate, rise: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fc.record({ kind: fc.constant('plateau' as const), rate, warmUp, factor, patience, floor }),
  )
  const losses = fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { maxLength: 5 })
  fc.assert(
    fc.property(schedules, fc.nat(200), losses, (schedule, step, seen) => {
      const found = rateAt(schedule, step, { ...course, losses: seen })
      return found >= 0 && found <= 0.3 * (1 + 1e-12)
    }),
  )
})
