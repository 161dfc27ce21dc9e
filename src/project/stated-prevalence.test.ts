import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Misuse } from '../core/index.ts'
import { parseConfig } from './config.ts'
import { statedPrevalence } from './stated-prevalence.ts'

const targets = ['Mass', 'Edema']
const stated = (prevalence?: number | Record<string, number>) =>
  statedPrevalence(parseConfig({ targets, calibration: { prevalence } }), targets)

test('one prevalence holds for all targets, a record for those that it names', () => {
  assert.deepEqual(stated(0.1), [0.1, 0.1])
  assert.deepEqual(stated({ Edema: 0.2 }), [undefined, 0.2])
  assert.deepEqual(stated(), [undefined, undefined])
})

test('a prevalence of what is no target is refused with the nearest', () => {
  assert.throws(
    () => stated({ Edmea: 0.2 }),
    error =>
      error instanceof Misuse &&
      error.message ===
        'Cannot calibrate for the prevalence of "Edmea": it is none of the targets, did you mean "Edema"?',
  )
})
