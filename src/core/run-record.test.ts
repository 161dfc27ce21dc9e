import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from './errors.ts'
import { parseRunRecord, type RunRecord } from './run-record.ts'

const record: RunRecord = {
  format: 'chestnut.run/1',
  id: '20260101t000000000z-0123abcd',
  stage: 'train',
  status: 'done',
  started: '2026-01-01T00:00:00.000Z',
  ended: '2026-01-01T00:01:00.000Z',
  seed: 42,
  config: 'c'.repeat(64),
  commit: 'a'.repeat(40),
  machine: {
    os: 'linux',
    arch: 'x64',
    cpu: 'some',
    cores: 2,
    processor: 'p'.repeat(64),
    node: '20.20.2',
    chestnut: '0.1.0',
  },
  cost: { amount: 1.5, currency: 'EUR' },
  inputs: { dataset: 'd'.repeat(64) },
  outputs: { 'model.onnx': 'e'.repeat(64) },
  metrics: { auroc: 0.9, ece: Number.NaN },
}

function read(changed: object): RunRecord {
  return parseRunRecord(JSON.parse(JSON.stringify({ ...record, ...changed })))
}

test('parseRunRecord() reads back what was written, numbers that are none too', () => {
  assert.deepEqual(read({}), record)
})

test('parseRunRecord() reads a record without commit and cost, and one of a failure', () => {
  const { commit: _, cost: __, ...bare } = record
  assert.deepEqual(parseRunRecord(JSON.parse(JSON.stringify(bare))), bare)
  assert.equal(read({ status: 'failed', error: 'Problem' }).error, 'Problem')
})

test('parseRunRecord() leaves out members that it does not know', () => {
  assert.deepEqual(read({ mood: 'good' }), record)
})

test('parseRunRecord() names the member that is wrong', () => {
  for (const name of Object.keys(record).filter(key => !['format', 'commit', 'cost'].includes(key))) {
    assert.throws(() => read({ [name]: true }), new RegExp(`its "${name}" is missing`))
  }
  assert.throws(() => read({ status: 'fine' }), /its "status"/)
  assert.throws(() => read({ outputs: { model: 1 } }), /its "outputs"/)
  assert.throws(() => read({ metrics: { auroc: 'high' } }), /its "metrics"/)
  assert.throws(() => read({ cost: { amount: 'much' } }), /its "amount"/)
})

test('parseRunRecord() refuses what is no record, and a newer one', () => {
  for (const value of [undefined, null, 3, 'x', [record]]) assert.throws(() => parseRunRecord(value), Problem)
  assert.throws(() => read({ format: 'chestnut.run/2' }), /newer Chestnut/)
})
