import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem, Refusal, random } from '../core/index.ts'
import { drive } from '../testing/drive.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { fakeCloud } from '../testing/fake-cloud/fake-cloud.ts'
import { fakeProvider } from '../testing/fake-cloud/fake-provider.ts'
import { type Journal, memoryJournal } from './journal.ts'
import { ledgerOf } from './ledger.ts'
import { machineEvent } from './machine-event.ts'
import type { Provider } from './provider.ts'
import { sweep, sweepGrace } from './sweep.ts'
import { guardRefusal, type SweeperHeartbeat, sweepPeriod } from './sweeper-heartbeat.ts'

const minute = 60_000
const [late, early] = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb']

test('what is past its deadline and the grace goes, with all it has; what is not stays', async () => {
  const { clock, provider, cloud } = await rented()
  await clock.advance(20 * minute + sweepGrace)
  const none = await swept(provider, clock)
  assert.deepEqual([none.kept, none.destroyed], [2, []])
  await clock.advance(1000)
  const one = await swept(provider, clock)
  assert.equal(one.kept, 1)
  assert.deepEqual(
    one.destroyed.map(({ run }) => run),
    [early],
  )
  assert.equal(one.destroyed[0]!.names.length, 3)
  const left = await cloud.objects()
  assert.ok(left.length === 3 && left.every(({ name }) => name.includes(late)))
})

test('what outlived its machine goes by its name, once it is older than the grace', async () => {
  const { clock, provider, cloud } = await rented()
  for (const { kind, id, name } of await cloud.objects()) {
    if (kind !== 'volume' && name.includes(early)) await cloud.terminate(id)
  }
  await clock.advance(minute)
  const address = (await cloud.objects()).find(({ kind, name }) => kind === 'address' && name.includes(early))
  if (address !== undefined) await cloud.remove(address.id)
  assert.deepEqual((await swept(provider, clock)).destroyed, [])
  await clock.advance(sweepGrace)
  const { destroyed } = await swept(provider, clock)
  assert.deepEqual(destroyed, [{ run: early, names: [`chestnut-train-${early}-volume`] }])
})

test('one that cannot be destroyed is told, keeps nobody else, and the sweeper does not count as having been here', async () => {
  const { clock, provider } = await rented()
  await clock.advance(90 * minute)
  const beats: number[] = []
  const heartbeat: SweeperHeartbeat = { read: async () => beats.at(-1), write: async time => void beats.push(time) }
  const stuck: Provider = {
    ...provider,
    destroy: (run, options) =>
      run === early
        ? new Promise((_resolve, reject) => {
            options?.signal?.addEventListener('abort', () => reject(new Problem('it is still there')))
          })
        : provider.destroy(run, options),
  }
  const first = await swept(stuck, clock, heartbeat)
  assert.deepEqual([first.destroyed.map(({ run }) => run), first.failed.map(({ run }) => run)], [[late], [early]])
  assert.deepEqual(beats, [])
  const second = await swept(provider, clock, heartbeat)
  assert.deepEqual([second.destroyed.length, second.failed.length, beats], [1, 0, [second.time]])
  assert.deepEqual(await provider.list(), [])
})

test('a machine whose sweeper died in the middle is booked as it ended then, not as the next sweep saw it gone', async () => {
  const { clock, provider, cloud } = await rented()
  const journal = memoryJournal()
  const machine = (await provider.find(early))!
  const { id, type, zone, marks } = machine
  const [offer] = await provider.offers({ type, zones: [zone] })
  const base = { run: early, stage: 'train', provider: provider.name, by: 'one', time: clock.now() }
  const { deadline, limit } = marks
  const intent = { kind: 'intent', type, zone, price: offer!.price, deadline, limit, worst: 1 } as const
  await journal.append(early, () => machineEvent(base, intent))
  await journal.append(early, () => machineEvent(base, { kind: 'created', id, type, zone, created: clock.now() }))
  await clock.advance(23 * minute)
  const dying: Provider = {
    ...provider,
    destroy: async (run, options) => {
      await provider.destroy(run, options)
      throw new Error('killed')
    },
  }
  await assert.rejects(drive(clock, sweep(dying, { clock, journal })), /killed/)
  const billed = cloud.bill(early)
  await clock.advance(10 * minute)
  await drive(clock, sweep(provider, { clock, journal }))
  const [cost] = ledgerOf(await journal.read(early))
  assert.ok(Math.abs(cost!.spent - billed) < 0.01 * billed, `${cost!.spent} of ${billed}`)
})

test('a journal that cannot be written keeps nothing alive, and nothing that is gone counts as there', async () => {
  const { clock, provider } = await rented()
  await clock.advance(90 * minute)
  const full = (): never => {
    throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
  }
  const journal: Journal = { ...memoryJournal(), append: async () => full(), read: async () => full() }
  const { destroyed, failed, untold } = await drive(clock, sweep(provider, { clock, journal }))
  assert.deepEqual([destroyed.length, failed, untold], [2, [], 'no space left'])
  assert.deepEqual(await provider.list(), [])
})

test('without the sweeper no GPU is rented', () => {
  const now = 1e12
  assert.equal(guardRefusal(now - 2 * sweepPeriod, now), undefined)
  assert.ok(guardRefusal(now - 2 * sweepPeriod - 1, now) instanceof Refusal)
  assert.match(guardRefusal(undefined, now)!.message, /has never been here/)
  assert.match(guardRefusal(now - 60 * minute, now)!.message, /was last here 1 h 0 min ago/)
})

async function rented() {
  const clock = fakeClock()
  const cloud = fakeCloud({ now: clock.now })
  const provider = fakeProvider({ cloud, clock, random: random(1) })
  const [offer] = await provider.offers({ gpus: 1 })
  for (const [run, minutes] of [
    [early, 20],
    [late, 60],
  ] as const) {
    const deadline = clock.now() + minutes * minute
    const marks = { owner: 'test', run, deadline, limit: deadline }
    await provider.create({ offer: offer!, stage: 'train', marks, cloudInit: '', authorizedKey: '' })
  }
  return { clock, cloud, provider }
}

async function swept(provider: Provider, clock: ReturnType<typeof fakeClock>, heartbeat?: SweeperHeartbeat) {
  return drive(clock, sweep(provider, { clock, ...(heartbeat === undefined ? {} : { heartbeat }) }))
}
