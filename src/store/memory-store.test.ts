import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '../testing/fake-clock.ts'
import { memoryStore } from './memory-store.ts'
import { storeContract } from './store.contract.ts'

storeContract('memoryStore()', async () => memoryStore())

test('memoryStore() stamps entries with the clock that it is given', async () => {
  const clock = fakeClock()
  const entry = await memoryStore(clock).write('k', new Uint8Array())
  assert.equal(entry.changed.getTime(), clock.now())
})
