import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from './clock.ts'

test('the system clock sleeps about as long as it was told', async () => {
  const start = performance.now()
  await systemClock.sleep(20)
  const slept = performance.now() - start
  assert.ok(slept >= 15 && slept < 2000, `${slept} ms`)
})

test('a sleep ends with the reason of the signal, and does not begin after it', async () => {
  const stop = new AbortController()
  const reason = new Error('enough')
  const sleeping = systemClock.sleep(60_000, stop.signal)
  stop.abort(reason)
  await assert.rejects(sleeping, reason)
  await assert.rejects(systemClock.sleep(60_000, stop.signal), reason)
})
