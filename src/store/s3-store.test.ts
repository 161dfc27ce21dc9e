import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { fakeClock } from '../testing/fake-clock.ts'
import { type Fault, type FaultyProxy, faultyProxy, seededFaults } from '../testing/faulty-proxy.ts'
import { needVersitygw, type Versitygw, versitygw } from '../testing/versitygw.ts'
import { deafProxy } from './deaf-proxy.test.fixture.ts'
import { s3Store } from './s3-store.ts'
import { storeContract } from './store.contract.ts'
import type { Store } from './store.ts'
import { Conflict } from './store-errors.ts'

const everyFault: readonly Fault[] = ['error', 'busy', 'refused', 'lost', 'reset', 'truncated', 'slow', 'stalled']

const skip = needVersitygw()
if (skip === false) contracts(await versitygw())
else test('s3Store() is a store', { skip }, () => undefined)

function contracts(server: Versitygw): void {
  after(() => server[Symbol.asyncDispose]())

  storeContract('s3Store()', () => s3Store(server.bucket(), server.access))

  storeContract('s3Store() in a folder of a bucket whose server ignores conditions', async context => {
    const proxy = await deafProxy(server)
    const place = { ...server.bucket(), endpoint: proxy.endpoint, prefix: 'projects/lungs' }
    context.after(() => proxy[Symbol.asyncDispose]())
    return s3Store(place, server.access)
  })

  let opened = 0
  for (const seed of [1, 2]) {
    const open = async (context: TestContext): Promise<Store> => {
      const proxy = await proxyFor(context, server, seed * 1000 + ++opened)
      const place = { ...server.bucket(), endpoint: proxy.endpoint }
      return s3Store(place, { ...server.access, clock: fakeClock({ hurries: true }), idle: 250, attempts: 12 })
    }
    storeContract(`s3Store() over a bad network (seed ${seed})`, open, { breaks: true })
  }
}

const happened = new Map<Fault, number>()

async function proxyFor(context: TestContext, server: Versitygw, seed: number): Promise<FaultyProxy> {
  const proxy = await faultyProxy(server.endpoint, seededFaults(seed, 0.2, everyFault))
  context.after(async () => {
    for (const [fault, times] of proxy.faults) happened.set(fault, (happened.get(fault) ?? 0) + times)
    await proxy[Symbol.asyncDispose]()
  })
  return proxy
}

test('every fault happened', { skip }, () => {
  for (const fault of everyFault) assert.ok((happened.get(fault) ?? 0) > 5, fault)
})

test('a server that ignores conditions is found out, and of many writers one wins', { skip }, async context => {
  await using server = await versitygw()
  await using proxy = await deafProxy(server)
  const place = { ...server.bucket(), endpoint: proxy.endpoint }
  const stores = await Promise.all([1, 2, 3, 4].map(seed => s3Store(place, { ...server.access, seed })))
  context.after(() => Promise.all(stores.map(store => store[Symbol.asyncDispose]())))
  const written = await Promise.allSettled(
    stores.map((store, i) => store.write('one', Buffer.from([i]), { onlyIf: 'absent' })),
  )
  assert.equal(written.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const one of written) if (one.status === 'rejected') assert.ok(one.reason instanceof Conflict, `${one.reason}`)
  assert.ok(proxy.ignored() >= 4, 'every writer has tried whether conditions are honoured')
})
