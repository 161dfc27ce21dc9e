import assert from 'node:assert/strict'
import { test } from 'node:test'
import { needNamespaces } from '../src/testing/index.ts'
import { need } from '../src/testing/needs.ts'
import { wholeCycle } from './cloud/whole-cycle.ts'

const skip = needNamespaces() || need({ command: 'caddy', install: 'apt-get install caddy' })

test('the whole cycle runs on rented machines over SSH, within five minutes, and nothing billable is left', {
  skip,
}, async context => {
  const { seconds, firstStep, ledger, bill } = await wholeCycle(() => undefined)
  context.diagnostic(`${seconds.toFixed(0)} s; ${firstStep}; €${ledger} by the ledger, €${bill} by the bill`)
  assert.ok(seconds < 300)
  assert.ok(Math.abs(ledger - bill) <= bill * 0.01)
})
