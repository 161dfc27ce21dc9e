import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../core/index.ts'
import { drive } from '../testing/drive.ts'
import { type FakeClock, fakeClock } from '../testing/fake-clock.ts'
import { type FakeCloud, fakeCloud } from '../testing/fake-cloud/fake-cloud.ts'
import { fakeProvider } from '../testing/fake-cloud/fake-provider.ts'
import { billed } from './billed.ts'
import { claimTime } from './claim.ts'
import { type Journal, memoryJournal } from './journal.ts'
import { ledgerOf } from './ledger.ts'
import { type EventBase, machineEvent } from './machine-event.ts'
import type { Order, Provider } from './provider.ts'
import { type RentOptions, rent } from './rent.ts'

const minute = 60_000
const run = '0123456789ab'

test('a machine that was made and never started is started by who finds it', async () => {
  const place = await opened()
  await place.provider.create(place.order)
  let isOff = true
  const provider: Provider = {
    ...place.provider,
    create: async (order, options) => {
      isOff = false
      return place.provider.create(order, options)
    },
    find: async (of, options) => {
      const machine = await place.provider.find(of, options)
      return machine === undefined || !isOff ? machine : { ...machine, state: 'off' }
    },
  }
  await drive(place.clock, rent({ ...place.options, provider }))
  assert.equal(isOff, false)
  assert.equal(place.cloud.history.length, 1)
})

test('the disk that is asked for is the one that is ordered', async () => {
  const place = await opened()
  const orders: Order[] = []
  const provider: Provider = {
    ...place.provider,
    create: (order, options) => {
      orders.push(order)
      return place.provider.create(order, options)
    },
  }
  await drive(place.clock, rent({ ...place.options, provider, need: { gpus: 1, disk: 5e11 } }))
  assert.deepEqual(
    orders.map(({ disk }) => disk),
    [5e11],
  )
})

test('who is too slow to make a machine stops while his intent is in force, and begins again', async () => {
  const place = await opened()
  const ends: number[] = []
  const provider: Provider = {
    ...place.provider,
    create: (order, options) => {
      if (ends.length > 0) return place.provider.create(order, options)
      return new Promise((_resolve, reject) => {
        options?.signal?.addEventListener('abort', () => {
          ends.push(place.clock.now())
          reject(options.signal?.reason)
        })
      })
    },
  }
  await drive(place.clock, rent({ ...place.options, provider }))
  const [first, second] = (await place.journal.read()).filter(({ kind }) => kind === 'intent')
  assert.ok(first !== undefined && second !== undefined)
  // A call that is given up may be carried out up to its own time-out of 30 s later.
  assert.ok(ends[0]! - first.time <= claimTime - 30_000)
  assert.equal(place.cloud.history.length, 1)
})

test('what is left of the last machine is waited for, or removed, before it counts as destroyed', async () => {
  const place = await opened()
  const { id } = await place.provider.create(place.order)
  const { offer, marks } = place.order
  const { type, zone, price, provider: name } = offer
  const base: Omit<EventBase, 'format'> = { run, stage: 'train', by: 'dead', provider: name, time: place.clock.now() }
  const { deadline, limit } = marks
  await place.journal.append(run, () =>
    machineEvent(base, { kind: 'intent', type, zone, price, deadline, limit, worst: 1 }),
  )
  await place.journal.append(run, () => machineEvent(base, { kind: 'created', id, type, zone, created: base.time }))
  await place.cloud.terminate(id)
  await place.clock.advance(minute)
  assert.ok((await place.cloud.objects()).length > 0)
  let left: number | undefined
  const journal: Journal = {
    ...place.journal,
    append: async (of, decide) => {
      const event = await place.journal.append(of, decide)
      if (event?.kind === 'destroyed') left = (await place.cloud.objects()).length
      return event
    },
  }
  await drive(place.clock, rent({ ...place.options, journal }))
  assert.equal(left, 0)
})

test('who books the end of a machine leaves alone the next one, which another is making', async () => {
  const place = await opened()
  const { type, zone, price, provider } = place.order.offer
  const { deadline, limit } = place.order.marks
  const time = place.clock.now()
  await place.journal.append(run, () =>
    machineEvent(
      { run, stage: 'train', by: 'next', provider, time },
      { kind: 'intent', type, zone, price, deadline, limit, worst: 1 },
    ),
  )
  await billed(place.journal, run, { by: 'last', now: time + minute })
  assert.ok(ledgerOf(await place.journal.read())[0]?.open !== undefined)
  await billed(place.journal, run, { by: 'sweeper', now: time + claimTime })
  assert.equal(ledgerOf(await place.journal.read())[0]?.open, undefined)
})

interface Place {
  readonly clock: FakeClock
  readonly cloud: FakeCloud
  readonly provider: Provider
  readonly journal: Journal
  readonly order: Order
  readonly options: RentOptions
}

async function opened(): Promise<Place> {
  const clock = fakeClock()
  const cloud = fakeCloud({ now: clock.now })
  const provider = fakeProvider({ cloud, clock, random: random(1) })
  const journal = memoryJournal()
  const [offer] = await provider.offers({ gpus: 1 })
  assert.ok(offer)
  const marks = { owner: 'test', run, deadline: clock.now() + 10 * minute, limit: clock.now() + 60 * minute }
  const common = { stage: 'train', cloudInit: '', authorizedKey: '' }
  const options: RentOptions = {
    ...common,
    provider,
    journal,
    clock,
    owner: 'test',
    run,
    by: 'first',
    need: { gpus: 1 },
    caps: {},
  }
  return { clock, cloud, provider, journal, order: { ...common, offer, marks }, options }
}
