import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FindingRecord } from '../models/index.ts'
import { readingLines } from './reading-lines.ts'
import { sitePrevalence } from './site-prevalence.ts'

const interval = { low: 0.602, high: 0.81, level: 0.9 }
const effusion: FindingRecord = { label: 'Effusion', probability: 0.713, interval, threshold: 0.3, positive: true }
const hernia: FindingRecord = { label: 'Hernia', probability: 0.004, threshold: 0.5, positive: false }

test('a film of one finding is one line, with the interval where there is one', () => {
  assert.deepEqual(readingLines('a.png', { prediction: 'Effusion', findings: [effusion] }, 'a-overlay.png'), [
    'a.png  Effusion  0.713 (0.602 to 0.810 at 90 %, threshold 0.300)  a-overlay.png',
  ])
  assert.deepEqual(readingLines('a.png', { prediction: 'No Hernia', findings: [hernia] }), [
    'a.png  No Hernia  0.004 (threshold 0.500)',
  ])
})

test('a film of several findings is a table in their order, the positive ones marked', () => {
  assert.deepEqual(readingLines('a.png', { prediction: 'Effusion', findings: [effusion, hernia] }), [
    'a.png  Effusion',
    '  ● Effusion  0.713  0.602 to 0.810  threshold 0.300',
    '    Hernia    0.004                  threshold 0.500',
  ])
})

test("a site's prevalence is one share, or one for each finding", () => {
  assert.equal(sitePrevalence('0.02'), 0.02)
  assert.deepEqual(sitePrevalence('Effusion=0.1, Edema=0.02'), { Effusion: 0.1, Edema: 0.02 })
  for (const text of ['', '2', '0', '1', 'x', 'A=', '=0.1', 'A=0.1,', 'A=1=2', 'A=2']) {
    assert.throws(() => sitePrevalence(text), /Wanted a share between 0 and 1/, text)
  }
})
