import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import { type Clock, random, systemClock } from '../core/index.ts'
import { gate } from './gate.ts'
import { HttpProblem } from './http-problem.ts'
import { brightness, formWith, greyPng, post, sentenceOf, served } from './tools.test.fixture.ts'

/** A model that answers when it is told to. */
function slowModel() {
  const waiting: (() => void)[] = []
  let most = 0
  let running = 0
  const classify: typeof brightness.classify = async (films, options) => {
    most = Math.max(most, ++running)
    await new Promise<void>(resolve => waiting.push(resolve))
    running--
    return brightness.classify(films, options)
  }
  const until = async (count: number): Promise<void> => {
    while (waiting.length < count) await nextTurn()
  }
  return { classify, until, answerNext: () => waiting.shift()?.(), most: () => most }
}

/** A clock whose waits end when the test says so. */
function handClock(): Clock & { ring(): void } {
  const ends: (() => void)[] = []
  return {
    now: () => 0,
    sleep: (_, signal) =>
      new Promise((resolve, reject) => {
        ends.push(resolve)
        signal?.addEventListener('abort', () => reject(signal.reason))
      }),
    ring: () => {
      for (const end of ends.splice(0)) end()
    },
  }
}

test('one film is read at a time, in the order of coming; who finds no place is told to come again', async () => {
  const model = slowModel()
  const app = served({ classify: model.classify, limits: { running: 1, waiting: 1 } })
  const png = await greyPng()
  const first = app.fetch(post('/', formWith('file', png)))
  await model.until(1)
  const second = app.fetch(post('/', formWith('file', png)))
  const third = await app.fetch(post('/', formWith('file', png)))
  assert.deepEqual([third.status, third.headers.get('retry-after')], [503, '2'])
  assert.match(await sentenceOf(third), /too many others wait/)
  model.answerNext()
  assert.equal((await first).status, 200)
  await model.until(1)
  model.answerNext()
  assert.equal((await second).status, 200)
  assert.equal(model.most(), 1)
})

test('an answer that takes too long is a 504, and the next film waits for the run to end', async () => {
  const model = slowModel()
  const clock = handClock()
  const app = served({ classify: model.classify, limits: { running: 1, waiting: 2 }, clock })
  const png = await greyPng()
  const late = app.fetch(post('/', formWith('file', png)))
  await model.until(1)
  clock.ring()
  assert.equal((await late).status, 504)
  const next = app.fetch(post('/', formWith('file', png)))
  for (let i = 0; i < 20; i++) await nextTurn()
  assert.equal(model.most(), 1)
  model.answerNext()
  await model.until(1)
  model.answerNext()
  assert.equal((await next).status, 200)
})

test('a body that does not arrive is a 408, and its place is free again', async () => {
  const clock = handClock()
  const app = served({ clock, limits: { running: 1, waiting: 0 } })
  const silent = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) })
  const waiting = app.fetch(post('/', silent, { 'content-type': 'image/png' }))
  await nextTurn()
  clock.ring()
  assert.equal((await waiting).status, 408)
  const next = await app.fetch(post('/', formWith('file', await greyPng())))
  assert.equal(next.status, 200)
})

test('a caller who goes away gives the place free and is no fault of the server', async () => {
  const model = slowModel()
  const app = served({ classify: model.classify, limits: { running: 1, waiting: 1 } })
  const png = await greyPng()
  const first = app.fetch(post('/', formWith('file', png)))
  await model.until(1)
  const leaving = new AbortController()
  const second = app.fetch(new Request(post('/', formWith('file', png)), { signal: leaving.signal }))
  for (let i = 0; i < 20; i++) await nextTurn()
  leaving.abort()
  assert.equal((await second).status, 499)
  const third = app.fetch(post('/', formWith('file', png)))
  model.answerNext()
  assert.equal((await first).status, 200)
  await model.until(1)
  model.answerNext()
  assert.equal((await third).status, 200)
  assert.deepEqual(
    app.lines.filter(({ level }) => level === 'error'),
    [],
  )
})

test('gate() never lets more in than it may, loses no place and keeps none', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 3 }),
      fc.nat(1000),
      async (running, waiting, seed) => {
        const door = gate({ running, waiting })
        const dice = random(seed)
        let inside = 0
        let refused = 0
        const visit = async (): Promise<void> => {
          for (let i = dice.integer(4); i > 0; i--) await nextTurn()
          const leaving = new AbortController()
          try {
            const place = door.enter()
            if (dice.uniform() < 0.3) setImmediate(() => leaving.abort(new HttpProblem(499, 'gone')))
            try {
              await place.turn(leaving.signal)
              inside++
              assert.ok(inside <= running)
              for (let i = dice.integer(3); i > 0; i--) await nextTurn()
              inside--
            } finally {
              place.leave()
              place.leave()
            }
          } catch (error) {
            assert.ok(error instanceof HttpProblem)
            if (error.status === 503) refused++
          }
        }
        await Promise.all(Array.from({ length: 12 }, visit))
        const places = Array.from({ length: running + waiting }, () => door.enter())
        assert.throws(() => door.enter(), HttpProblem)
        await Promise.all(places.slice(0, running).map(place => place.turn(new AbortController().signal)))
        assert.ok(refused < 12)
      },
    ),
    { numRuns: 60 },
  )
})

test('the deadline stops its clock when the answer is there', async () => {
  const began = systemClock.now()
  const response = await served().fetch(post('/', formWith('file', await greyPng())))
  assert.equal(response.status, 200)
  assert.ok(systemClock.now() - began < 5000)
})
