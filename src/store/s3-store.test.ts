import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { fakeClock } from '../testing/fake-clock.ts'
import { type Fault, type FaultyProxy, faultyProxy, seededFaults } from '../testing/faulty-proxy.ts'
import { needVersitygw, type Versitygw, versitygw } from '../testing/versitygw.ts'
import { s3Store } from './s3-store.ts'
import { storeContract } from './store.contract.ts'
import type { Store } from './store.ts'

const everyFault: readonly Fault[] = ['error', 'busy', 'refused', 'lost', 'reset', 'truncated', 'slow', 'stalled']

const skip = needVersitygw()
if (skip === false) contracts(await versitygw())
else test('s3Store() is a store', { skip }, () => undefined)

function contracts(server: Versitygw): void {
  after(() => server[Symbol.asyncDispose]())

  storeContract('s3Store()', () => s3Store(server.bucket(), server.access))

  storeContract('s3Store() in a folder of a bucket whose server honours no conditions', () =>
    s3Store({ ...server.bucket(), prefix: 'projects/lungs' }, { ...server.access, conditions: 'claims' }),
  )

  let opened = 0
  for (const seed of [1, 2]) {
    const open = async (context: TestContext): Promise<Store> => {
      const proxy = await proxyFor(context, server, seed * 1000 + ++opened)
      const place = { ...server.bucket(), endpoint: proxy.endpoint }
      return s3Store(place, { ...server.access, clock: fakeClock({ hurries: true }), idle: 100, attempts: 12 })
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
