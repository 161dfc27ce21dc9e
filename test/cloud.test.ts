import assert from 'node:assert/strict'
import { test } from 'node:test'
import { needNamespaces } from '../src/testing/index.ts'
import { need } from '../src/testing/needs.ts'
import { wholeCycle } from './cloud/whole-cycle.ts'

const skip = needNamespaces() || need({ command: 'caddy', install: 'apt-get install caddy' })

/** Euros a minute of the machine that trains: a minute that ends just then may be booked or not (docs/machines.md). */
const unit = 0.79 / 60

test('the whole cycle runs on rented machines over SSH, and back by a release, and nothing billable is left', {
  skip,
}, async context => {
  const { seconds, firstStep, ledger, bill } = await wholeCycle({ andBack: true })
  context.diagnostic(`${seconds.toFixed(0)} s; ${firstStep}; €${ledger} by the ledger, €${bill} by the bill`)
  const off = Math.abs(ledger - bill)
  assert.ok(Math.min(off, Math.abs(off - unit)) <= bill * 0.01, `€${ledger} of €${bill}`)
})
