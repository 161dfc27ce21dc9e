import assert from 'node:assert/strict'
import { test } from 'node:test'
import { finalBill, ledgerOf } from './ledger.ts'
import { type EventBase, type MachineEvent, machineEvent } from './machine-event.ts'
import type { Price } from './provider.ts'

const minute = 60_000
const price: Price = { perUnit: 1, unit: 'minute', volumePerHour: 0, addressPerHour: 0 }

test('an end that nobody saw is shortly after its destruction first began, not when the last one looked', () => {
  const at = (by: string, time: number): Omit<EventBase, 'format'> => {
    return { run: '0123456789ab', stage: 'train', provider: 'p', by, time }
  }
  const where = { type: 't', zone: 'z' }
  const events: readonly MachineEvent[] = [
    machineEvent(at('one', 0), { kind: 'intent', ...where, price, deadline: 0, limit: 60 * minute, worst: 75 }),
    machineEvent(at('one', 0), { kind: 'created', id: 'i', ...where, created: 0 }),
    machineEvent(at('one', 2 * minute + 40_000), { kind: 'destroying' }),
    machineEvent(at('two', 2 * minute + 59_000), { kind: 'destroying' }),
  ]
  const open = ledgerOf(events)[0]?.open
  assert.ok(open !== undefined)
  assert.equal(finalBill(open, 4 * minute, { all: 4 * minute }), 3)
  assert.equal(finalBill(open, 4 * minute, { all: 4 * minute, server: 3 * minute + 1 }), 4)
})

test('a destruction that did not get through counts no more once the machine was used, or a sweeper has seen it', () => {
  const at = (by: string, time: number): Omit<EventBase, 'format'> => {
    return { run: '0123456789ab', stage: 'train', provider: 'p', by, time }
  }
  const where = { type: 't', zone: 'z' }
  const lost: readonly MachineEvent[] = [
    machineEvent(at('one', 0), { kind: 'intent', ...where, price, deadline: 0, limit: 60 * minute, worst: 75 }),
    machineEvent(at('one', 0), { kind: 'created', id: 'i', ...where, created: 0 }),
    machineEvent(at('one', minute), { kind: 'destroying' }),
  ]
  const seen = machineEvent(at('sweeper', 12 * minute), { kind: 'destroying' })
  const used = machineEvent(at('two', 2 * minute), { kind: 'started' })
  assert.equal(finalBill(ledgerOf([...lost, seen])[0]!.open!, 20 * minute), 13)
  assert.equal(finalBill(ledgerOf([...lost, used])[0]!.open!, 20 * minute), 20)
})
