import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { billOf, limitFor, sweepMargin, worstCase } from './bill.ts'
import { unitLength } from './price.ts'
import type { Price } from './provider.ts'

const minute = 60_000
const hour = 3600_000
const gpu: Price = { perUnit: 0.013125, unit: 'minute', volumePerHour: 0.01475, addressPerHour: 0.004 }
const cpu: Price = { perUnit: 0.2042, unit: 'hour', volumePerHour: 0.00118, addressPerHour: 0.004 }

const prices = fc.record({
  perUnit: fc.double({ min: 0, max: 10, noNaN: true }),
  unit: fc.constantFrom<Price['unit']>('minute', 'hour'),
  volumePerHour: fc.double({ min: 0, max: 1, noNaN: true }),
  addressPerHour: fc.double({ min: 0, max: 0.1, noNaN: true }),
})
const times = fc.integer({ min: 0, max: 4e12 })
const spans = fc.integer({ min: 0, max: 48 * hour })

test('a server is billed in whole units, its volume and address in parts', () => {
  assert.equal(billOf(gpu, 0, 1), 0.013125 + (0.01875 * 1) / hour)
  assert.equal(billOf(gpu, 0, 10 * minute), 10 * 0.013125 + 0.01875 / 6)
  assert.equal(billOf(gpu, 0, 10 * minute + 1), 11 * 0.013125 + (0.01875 * (10 * minute + 1)) / hour)
  assert.equal(billOf(cpu, 5, 5), 0.2042)
  assert.equal(billOf(cpu, 0, hour + 1), 2 * 0.2042 + (0.00518 * (hour + 1)) / hour)
})

test('a bill only grows, by a unit at most for every unit of time', () => {
  fc.assert(
    fc.property(prices, times, spans, spans, (price, from, span, more) => {
      const before = billOf(price, from, from + span)
      const after = billOf(price, from, from + span + more)
      const units = Math.ceil(more / unitLength[price.unit])
      const parts = ((price.volumePerHour + price.addressPerHour) * more) / hour
      assert.ok(after >= before)
      assert.ok(after <= before + units * price.perUnit + parts + 1e-6)
    }),
  )
})

test('a limit for an amount of money is never worth more, and a second later would be', () => {
  fc.assert(
    fc.property(prices, times, spans, fc.double({ min: 0, max: 500, noNaN: true }), (price, now, span, money) => {
      const latest = now + span
      const limit = limitFor(price, money, now, latest)
      if (limit === undefined) {
        const soonest = Math.ceil(now / 1000) * 1000
        assert.ok(worstCase(price, now, soonest) > money || Math.floor(latest / 1000) * 1000 < soonest)
        return
      }
      assert.ok(limit <= latest && limit >= now && limit % 1000 === 0)
      assert.ok(worstCase(price, now, limit) <= money)
      assert.ok(limit + 1000 > latest || worstCase(price, now, limit + 1000) > money)
    }),
  )
})

test('whatever becomes of a machine before the sweeper has been there, it costs no more than its worst case', () => {
  fc.assert(
    fc.property(prices, times, spans, fc.double({ min: 0, max: 1 }), (price, now, span, share) => {
      const limit = now + span
      const end = now + Math.floor((span + sweepMargin) * (Number.isNaN(share) ? 1 : share))
      assert.ok(billOf(price, now, end) <= worstCase(price, now, limit))
    }),
  )
})

test('without a cap the limit is the latest', () => {
  assert.equal(limitFor(gpu, Number.POSITIVE_INFINITY, 500, 7_900), 7_000)
})
