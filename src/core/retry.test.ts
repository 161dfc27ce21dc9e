import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '../testing/fake-clock.ts'
import { Interrupted, Problem } from './errors.ts'
import { random } from './random.ts'
import { retry } from './retry.ts'

function failing(
  times: number,
  error: unknown = new Error('busy'),
): { work: (n: number) => Promise<string>; calls: number[] } {
  const calls: number[] = []
  const work = async (attempt: number): Promise<string> => {
    calls.push(attempt)
    if (calls.length <= times) throw error
    return 'done'
  }
  return { work, calls }
}

test('retry() gives what the first attempt gives, without a pause', async () => {
  const clock = fakeClock({ hurries: true })
  const { work, calls } = failing(0)
  assert.equal(await retry(work, { clock, random: random(1) }), 'done')
  assert.deepEqual(calls, [1])
  assert.deepEqual(clock.sleeps, [])
})

test('retry() tries until it works', async () => {
  const { work, calls } = failing(3)
  assert.equal(await retry(work, { clock: fakeClock({ hurries: true }), random: random(1) }), 'done')
  assert.deepEqual(calls, [1, 2, 3, 4])
})

test('retry() throws what the last attempt threw', async () => {
  const { work, calls } = failing(9)
  await assert.rejects(retry(work, { attempts: 3, clock: fakeClock({ hurries: true }), random: random(1) }), /busy/)
  assert.equal(calls.length, 3)
})

test('retry() draws its pauses evenly below a bound that doubles up to the longest', async () => {
  const bounds = [100, 200, 400, 800, 1000, 1000, 1000]
  const sums = bounds.map(() => 0)
  const rounds = 400
  for (let seed = 0; seed < rounds; seed++) {
    const clock = fakeClock({ hurries: true })
    const options = { attempts: 8, pause: 100, longestPause: 1000, clock, random: random(seed, 'retry') }
    await retry(failing(7).work, options)
    clock.sleeps.forEach((pause, i) => {
      assert.ok(pause >= 0 && pause < bounds[i]!, `pause ${i} is ${pause}`)
      sums[i]! += pause
    })
  }
  sums.forEach((sum, i) => {
    assert.ok(Math.abs(sum / rounds / bounds[i]! - 0.5) < 0.08, `mean ${sum / rounds} of pauses below ${bounds[i]}`)
  })
})

test('retry() does not repeat what a person has to mend, unless told to', async () => {
  const clock = fakeClock({ hurries: true })
  const problem = new Problem('Cannot reach "x": the key is wrong')
  const judged = failing(1, problem)
  await assert.rejects(retry(judged.work, { clock, random: random(1) }), problem)
  assert.equal(judged.calls.length, 1)
  assert.equal(await retry(failing(1, problem).work, { clock, random: random(1), retriable: () => true }), 'done')
})

test('retry() does not repeat what is not retriable', async () => {
  const { work, calls } = failing(5)
  const options = { clock: fakeClock({ hurries: true }), random: random(1), retriable: () => calls.length < 2 }
  await assert.rejects(retry(work, options), /busy/)
  assert.equal(calls.length, 2)
})

test('retry() ends in the middle of a pause when it is interrupted', async () => {
  const clock = fakeClock()
  const stop = new AbortController()
  const { work, calls } = failing(5)
  const ending = assert.rejects(retry(work, { clock, random: random(1), signal: stop.signal }), Interrupted)
  await clock.advance(0)
  stop.abort(new Interrupted())
  await ending
  assert.equal(calls.length, 1)
})

test('retry() does not begin when it is already interrupted, and does not repeat what an interruption broke', async () => {
  const options = { clock: fakeClock({ hurries: true }), random: random(1) }
  const { work, calls } = failing(0)
  await assert.rejects(retry(work, { ...options, signal: AbortSignal.abort() }), Interrupted)
  assert.deepEqual(calls, [])

  const stop = new AbortController()
  const broken = async (): Promise<never> => {
    stop.abort()
    throw new Error('socket closed')
  }
  await assert.rejects(retry(broken, { ...options, signal: stop.signal }), Interrupted)
})
