import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Misuse, Problem } from '../../core/index.ts'
import type { FakeScaleway } from '../../testing/fake-scaleway/index.ts'
import { accessOf, type Opening, open } from '../../testing/fake-scaleway/open-provider.test.fixture.ts'
import { OutOfStock } from '../machine-errors.ts'
import { providerContract } from '../provider.contract.ts'
import { existingServer } from './existing-server.ts'
import { scalewayProvider } from './scaleway-provider.ts'

const run = '0123456789ab'
const ids = new WeakMap<FakeScaleway, string>()

/** The same server for all controllers of one fake. */
function idOf(fake: FakeScaleway): string {
  const id = ids.get(fake) ?? fake.addServer({ name: 'scw-gpu', zone: 'fr-par-1', type: 'GP1-S', tags: ['mine'] })
  ids.set(fake, id)
  return id
}

const opening: Opening = {
  connect: (options, fake) => existingServer({ ...options, id: idOf(fake) }),
  most: 1,
}

providerContract('existingServer()', context => open(context, opening))

test('a borrowed server is off, its own and whole again after its run', async context => {
  const { fake, provider, order, clock } = await open(context, opening)
  const before = fake.billable()
  const made = await provider.create(await order({ owner: 'o', run, deadline: clock.now(), limit: clock.now() + 1e6 }))
  await clock.advance(10_000)
  assert.equal((await provider.find(run))?.state, 'running')
  await provider.destroy(run)
  assert.deepEqual(fake.billable(), before)
  const [server] = await serversOf(fake)
  assert.deepEqual([server?.id, server?.name, server?.state, server?.tags], [made.id, 'scw-gpu', 'stopped', ['mine']])
})

test('a borrowed server, made long ago, counts from its loan on', async context => {
  const { provider, order, clock, fake } = await open(context, opening)
  idOf(fake)
  await clock.advance(100 * 24 * 3600_000)
  const lent = clock.now()
  await provider.create(await order({ owner: 'o', run, deadline: lent + 600_000, limit: lent + 3_600_000 }))
  await provider.renew(run, lent + 900_000)
  const [server] = await provider.list()
  assert.ok(Math.abs((server?.created ?? 0) - lent) < 60_000, `${(lent - (server?.created ?? 0)) / 1000} s before`)
})

test('a run goes on with the server that it has marked and did not live to power on', async context => {
  const { provider, elsewhere, order, clock, fake } = await open(context, opening)
  const marks = { owner: 'o', run, deadline: clock.now() + 600_000, limit: clock.now() + 3_600_000 }
  const wanted = await order(marks)
  fake.setFaults(({ call }) => (call === 'serverAction' ? { kind: 'error', status: 503 } : undefined))
  await assert.rejects(provider.create(wanted), Problem)
  fake.setFaults(undefined)
  assert.equal((await elsewhere.find(run))?.state, 'off')
  assert.notEqual((await elsewhere.offers({}))[0]?.availability, 'none')
  assert.equal((await elsewhere.create(wanted)).state, 'starting')
})

test('a sweeper that knows nothing powers a borrowed server off, even one that stands by, and never destroys it', async context => {
  const { fake, provider, order, clock } = await open(context, opening)
  const { id } = await provider.create(
    await order({ owner: 'o', run, deadline: clock.now(), limit: clock.now() + 1e6 }),
  )
  await clock.advance(10_000)
  assert.equal((await provider.find(run))?.state, 'running')
  fake.guestPowerOff(id)
  const sweeper = scalewayProvider({ access: accessOf(fake), clock })
  assert.deepEqual(
    (await sweeper.list()).map(one => [one.kind, one.marks?.run]),
    [['server', run]],
  )
  await sweeper.destroy(run)
  assert.deepEqual(await sweeper.list(), [])
  assert.equal((await serversOf(fake))[0]?.state, 'stopped')
  assert.deepEqual(
    fake.billable().map(one => one.kind),
    ['volume'],
  )
})

test('a server that is on for something else is not borrowed, nor one that is not there', async context => {
  const { fake, provider, order, clock } = await open(context, opening)
  const marks = { owner: 'o', run, deadline: clock.now(), limit: clock.now() + 1e6 }
  const wanted = await order(marks)
  await provider.create(wanted)
  const second = { ...wanted, marks: { ...marks, run: 'ffffffffffff' } }
  await assert.rejects(provider.create(second), OutOfStock)
  const other = existingServer({ access: accessOf(fake), clock, id: 'ffffffff-0000-4000-8000-000000000000' })
  await assert.rejects(other.create(wanted), Problem)
  assert.throws(() => existingServer({ access: accessOf(fake), id: 'scw-gpu' }), Misuse)
})

async function serversOf(
  fake: FakeScaleway,
): Promise<readonly { id: string; name: string; state: string; tags: string[] }[]> {
  const answer = await fetch(`${fake.access.apiURL}/_fake/servers`)
  return (await answer.json()) as { id: string; name: string; state: string; tags: string[] }[]
}
