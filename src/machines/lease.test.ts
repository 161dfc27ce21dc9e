import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem, random } from '../core/index.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { fakeCloud } from '../testing/fake-cloud/fake-cloud.ts'
import { fakeProvider } from '../testing/fake-cloud/fake-provider.ts'
import { keepLease, LeaseEnded, leaseStep, nextDeadline } from './lease.ts'

const minute = 60_000
const run = '0123456789ab'

test('a deadline is never later than the limit, never more than a step away, and never moved by silence', () => {
  const time = fc.integer({ min: 0, max: 1000 * minute })
  fc.assert(
    fc.property(time, time, time, fc.option(time, { nil: undefined }), (now, until, more, beat) => {
      const limit = until + more
      const next = nextDeadline({ now, deadline: until, limit, beat })
      assert.ok(next >= until && next <= Math.max(until, limit))
      assert.ok(next === until || next <= now + leaseStep)
      if (beat === undefined || now - beat > leaseStep / 2) assert.equal(next, until)
      else assert.ok(next > Math.min(limit, now + leaseStep) - 1000)
    }),
  )
})

test('a lease is renewed while the job is heard of, and ends a step after it fell silent', async () => {
  const { clock, provider, limit } = await rented(120 * minute)
  let heard = true
  let beat = clock.now()
  const kept = keepLease({
    provider,
    run,
    clock,
    heartbeat: async () => {
      if (heard) beat = clock.now()
      return beat
    },
    signal: new AbortController().signal,
  })
  const ended = assert.rejects(kept, LeaseEnded)
  await clock.advance(45 * minute)
  const { deadline } = (await provider.find(run))!.marks
  assert.ok(deadline > clock.now() + 8 * minute && deadline <= clock.now() + leaseStep && deadline < limit)
  heard = false
  await clock.advance(20 * minute)
  await ended
  assert.ok((await provider.find(run))!.marks.deadline < beat + 1.6 * leaseStep)
})

test('a lease is never renewed beyond its limit, nor beyond what the money allows', async () => {
  for (const allowed of [120 * minute, 30 * minute]) {
    const { clock, provider, limit, start } = await rented(60 * minute)
    const heartbeat = async (): Promise<number> => clock.now()
    const signal = new AbortController().signal
    const kept = keepLease({ provider, run, clock, heartbeat, allowed: async () => start + allowed, signal })
    const ended = assert.rejects(kept, /its lease has ended/)
    await clock.advance(90 * minute)
    await ended
    const latest = Math.min(limit, start + allowed)
    assert.equal((await provider.find(run))!.marks.deadline, latest)
  }
})

test('a clock that goes wrong does not end a lease at the first call that fails', async () => {
  const { clock, provider } = await rented(60 * minute)
  const wrong = { ...clock, now: () => clock.now() + 60 * minute }
  let failures = 0
  const heartbeat = async (): Promise<number> => {
    if (clock.now() > start + 3 * minute && failures < 3) {
      failures++
      throw new Problem('The link is cut')
    }
    return clock.now()
  }
  const start = clock.now()
  const stop = new AbortController()
  const kept = keepLease({ provider, run, clock: wrong, heartbeat, signal: stop.signal })
  const ended = kept.then(
    () => 'needed no more',
    (error: Error) => error.message,
  )
  await clock.advance(30 * minute)
  stop.abort()
  assert.deepEqual([await ended, failures], ['needed no more', 3])
})

test('a lease whose machine is gone ends at once', async () => {
  const { clock, provider } = await rented(60 * minute)
  const signal = new AbortController().signal
  const ended = assert.rejects(
    keepLease({ provider, run, clock, heartbeat: async () => clock.now(), signal }),
    /its machine is gone/,
  )
  const destroyed = provider.destroy(run)
  await clock.advance(2 * minute)
  await destroyed
  await ended
})

test('a lease that is not needed any more resolves', async () => {
  const { clock, provider } = await rented(60 * minute)
  const stop = new AbortController()
  const kept = keepLease({ provider, run, clock, heartbeat: async () => clock.now(), signal: stop.signal })
  await clock.advance(minute)
  stop.abort()
  await kept
})

async function rented(longest: number) {
  const clock = fakeClock()
  const start = clock.now()
  const provider = fakeProvider({ cloud: fakeCloud({ now: clock.now }), clock, random: random(1) })
  const [offer] = await provider.offers({ gpus: 1 })
  const limit = start + longest
  const marks = { owner: 'test', run, deadline: start + 10 * minute, limit }
  await provider.create({ offer: offer!, stage: 'train', marks, cloudInit: '', authorizedKey: '' })
  return { clock, provider, limit, start }
}
