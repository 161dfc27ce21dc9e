import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { forEachAtOnce } from './at-once.ts'
import { Interrupted } from './errors.ts'

test('forEachAtOnce() works on every item once, in order, and never on more than allowed', async () => {
  const begun: number[] = []
  let running = 0
  let most = 0
  await forEachAtOnce([...Array(50).keys()], 4, async (item, index) => {
    assert.equal(item, index)
    begun.push(item)
    most = Math.max(most, ++running)
    await setImmediate()
    running--
  })
  assert.deepEqual(begun, [...Array(50).keys()])
  assert.equal(most, 4)
})

test('forEachAtOnce() has nothing to do for no items', async () => {
  await forEachAtOnce([], 4, () => Promise.reject(new Error('never')))
})

test('forEachAtOnce() begins nothing after a failure, and waits for what is under way', async () => {
  const begun: number[] = []
  const ended: number[] = []
  const work = async (item: number): Promise<void> => {
    begun.push(item)
    await setImmediate()
    if (item === 1) throw new Error('one is broken')
    await setImmediate()
    ended.push(item)
  }
  await assert.rejects(forEachAtOnce([0, 1, 2, 3, 4, 5, 6, 7], 3, work), /one is broken/)
  assert.deepEqual(begun, [0, 1, 2])
  assert.deepEqual(ended, [0, 2])
})

test('forEachAtOnce() begins nothing once it is interrupted', async () => {
  const stop = new AbortController()
  let begun = 0
  const work = async (): Promise<void> => {
    if (++begun === 2) stop.abort()
  }
  await assert.rejects(forEachAtOnce([1, 2, 3, 4], 1, work, stop.signal), Interrupted)
  assert.equal(begun, 2)
})
