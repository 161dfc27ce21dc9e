import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kindOf } from './run-elsewhere.ts'

test('a record tells the kind of a machine, and of one of yours neither host nor user', () => {
  const mine = { kind: 'ssh', host: 'box.example.org', user: 'films', hostKey: 'SHA256:x', identity: 'key' } as const
  assert.equal(kindOf(mine, { type: 'own' }), 'ssh')
  assert.equal(kindOf({ kind: 'local' }, { type: 'local' }), 'local')
  assert.equal(kindOf({ kind: 'scaleway' }, { type: 'L4-1-24G' }), 'scaleway L4-1-24G')
  assert.equal(kindOf({ kind: 'existing', id: 'x' }, { type: 'DEV1-S' }), 'scaleway DEV1-S')
})
