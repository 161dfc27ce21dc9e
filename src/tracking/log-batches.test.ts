import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { logBatches } from './log-batches.ts'

const pair = fc.record({ key: fc.string({ maxLength: 20 }), value: fc.string({ maxLength: 6000, unit: 'binary' }) })
const metric = fc.record({ key: fc.constant('m'), value: fc.double(), timestamp: fc.nat(), step: fc.nat() })

test('whatever is logged: every call keeps to the limits of MLflow, and together they hold it all in its order', () => {
  fc.assert(
    fc.property(
      fc.array(pair, { maxLength: 250 }),
      fc.array(pair, { maxLength: 120 }),
      fc.array(metric, { maxLength: 40 }),
      fc.nat(60),
      (params, tags, few, times) => {
        const metrics = Array.from({ length: times }, () => few).flat()
        const batches = logBatches({ params, tags, metrics })
        for (const batch of batches) {
          const counts = [batch.metrics.length, batch.params.length, batch.tags.length]
          assert.ok(counts[0]! <= 1000 && counts[1]! <= 100 && counts[2]! <= 100)
          assert.ok(counts[0]! + counts[1]! + counts[2]! <= 1000)
          assert.ok(Buffer.byteLength(JSON.stringify({ run_id: 'r'.repeat(32), ...batch })) <= 1e6)
          assert.ok(counts.some(count => count > 0))
        }
        assert.deepEqual(
          batches.flatMap(batch => batch.params),
          params,
        )
        assert.deepEqual(
          batches.flatMap(batch => batch.tags),
          tags,
        )
        assert.deepEqual(
          batches.flatMap(batch => batch.metrics),
          metrics,
        )
      },
    ),
    { numRuns: 30 },
  )
})
