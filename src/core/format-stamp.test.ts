import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from './errors.ts'
import { checkStamp, stamp } from './format-stamp.ts'

test('checkStamp() reads every version up to the newest', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.nat(1000), (version, more) => {
      assert.equal(checkStamp(stamp('run', version), 'run', version + more), version)
    }),
  )
})

test('checkStamp() refuses a newer version with a sentence and says what to do', () => {
  assert.throws(
    () => checkStamp('chestnut.run/3', 'run', 2),
    (error: unknown) =>
      error instanceof Problem &&
      error.message ===
        'Cannot read "chestnut.run/3": it was written by a newer Chestnut, this one reads up to "chestnut.run/2"' &&
      error.next === 'npm install chestnut@latest',
  )
})

test('checkStamp() refuses what is something else', () => {
  for (const found of [
    'chestnut.model/1',
    'chestnut.run',
    'chestnut.run/',
    'chestnut.run/0',
    'chestnut.run/01',
    'x',
    '',
  ]) {
    assert.throws(() => checkStamp(found, 'run', 1), /its format is ".*", wanted "chestnut.run\/1"/)
  }
  for (const found of [undefined, null, 1, {}])
    assert.throws(() => checkStamp(found, 'run', 1), /its format is missing/)
})

test('checkStamp() does not repeat all of a long foreign text', () => {
  assert.throws(
    () => checkStamp('x'.repeat(10_000), 'run', 1),
    (error: unknown) => error instanceof Problem && error.message.length < 200,
  )
})
