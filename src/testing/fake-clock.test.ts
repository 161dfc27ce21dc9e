import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from './fake-clock.ts'

test('advance() wakes sleepers in the order of their times, each at its own time', async () => {
  const clock = fakeClock({ now: 0 })
  const woken: [string, number][] = []
  const sleeper = async (name: string, ...naps: readonly number[]): Promise<void> => {
    for (const nap of naps) {
      await clock.sleep(nap)
      woken.push([name, clock.now()])
    }
  }
  const sleeping = Promise.all([sleeper('late', 30), sleeper('twice', 10, 15)])
  await clock.advance(20)
  assert.deepEqual(woken, [['twice', 10]])
  assert.equal(clock.now(), 20)
  await clock.advance(20)
  await sleeping
  assert.deepEqual(woken.slice(1), [
    ['twice', 25],
    ['late', 30],
  ])
  assert.deepEqual(clock.sleeps, [30, 10, 15])
})

test('a clock that hurries passes over every sleep', async () => {
  const clock = fakeClock({ now: 5, hurries: true })
  await clock.sleep(1000)
  assert.equal(clock.now(), 1005)
})

test('a sleep ends when it is aborted, and does not begin after that', async () => {
  const clock = fakeClock()
  const stop = new AbortController()
  const sleeping = assert.rejects(clock.sleep(10, stop.signal), /enough/)
  stop.abort(new Error('enough'))
  await sleeping
  await assert.rejects(clock.sleep(10, stop.signal), /enough/)
})
