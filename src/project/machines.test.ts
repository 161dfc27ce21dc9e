import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Problem, Refusal } from '../core/index.ts'
import { type Offer, type Provider, scalewayGuard, sweepPeriod } from '../machines/index.ts'
import { memoryStore } from '../store/index.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { fakeScaleway } from '../testing/fake-scaleway/index.ts'
import { type ConfigInput, parseConfig } from './config.ts'
import { existing, local, scaleway, ssh } from './define.ts'
import { eachPlace } from './each-place.ts'
import { listMachines } from './list-machines.ts'
import { type Machines, openMachines } from './machines.ts'

async function opened(context: TestContext, machines: NonNullable<ConfigInput['machines']> = {}) {
  const clock = fakeClock({ hurries: true })
  const fake = await fakeScaleway({ clock })
  context.after(() => fake[Symbol.asyncDispose]())
  const { apiURL, accessKey, secretKey, defaultProjectId } = fake.access
  Object.assign(process.env, {
    SCW_API_URL: apiURL,
    SCW_ACCESS_KEY: accessKey,
    SCW_SECRET_KEY: secretKey,
    SCW_DEFAULT_PROJECT_ID: defaultProjectId,
  })
  const config = parseConfig({ machines: { gpu: scaleway({ gpus: 1 }), cpu: scaleway(), ...machines } })
  const opening = openMachines(config, '/nowhere', { clock, store: memoryStore() })
  return { clock, fake, machines: opening, provider: opening.provider('gpu') }
}

async function offerOf(provider: Provider, type: string): Promise<Offer> {
  const [offer] = await provider.offers({ type })
  assert.ok(offer)
  return offer
}

test('no GPU is rented while the sweeper is silent; a processor is', async context => {
  const { machines, provider, clock } = await opened(context)
  const gpu = await offerOf(provider, 'L4-1-24G')
  const check = async (): Promise<void> => machines.check(provider, gpu, await provider.now())
  await assert.rejects(check(), (error: unknown) => {
    assert.ok(error instanceof Refusal)
    assert.match(error.message, /the sweeper has never been here/)
    assert.match(error.next ?? '', /npx chestnut machines guard, or npx chestnut machines sweep .* by cron/)
    return true
  })
  await machines.check(provider, await offerOf(provider, 'DEV1-S'), await provider.now())
  await machines.heartbeat(provider).write(await provider.now())
  await clock.advance(2 * sweepPeriod - 60_000)
  await check()
  await clock.advance(120_000)
  await assert.rejects(check(), /the sweeper was last here 21 min/)
})

test("a sweep of the guard's job counts as much, and is asked about only when no other one is known", async context => {
  const { machines, provider, clock, fake } = await opened(context)
  await scalewayGuard({ clock, package: 'chestnut@1.2.3' }).install()
  const gpu = await offerOf(provider, 'L4-1-24G')
  const check = async (): Promise<void> => machines.check(provider, gpu, await provider.now())
  await assert.rejects(check(), Refusal)
  await clock.advance(sweepPeriod)
  await fake.idle()
  await check()
  const asked = fake.calls.length
  await machines.heartbeat(provider).write(await provider.now())
  await machines.check(provider, gpu, clock.now())
  assert.ok(!fake.calls.slice(asked).some(call => /job/i.test(call)), fake.calls.slice(asked).join())
})

test('who says "guard: false", and a GPU that costs nothing, needs no sweeper', async context => {
  const { machines, provider } = await opened(context, { guard: false })
  await machines.check(provider, await offerOf(provider, 'L4-1-24G'), await provider.now())
  const guarded = (await opened(context)).machines
  const price = { perUnit: 0, unit: 'minute', volumePerHour: 0, addressPerHour: 0 } as const
  const own: Offer = { ...(await offerOf(provider, 'L4-1-24G')), price }
  await guarded.check(guarded.provider('gpu'), own, 0)
})

test('a place that cannot be reached hides nothing of the others, and is told', async context => {
  const { machines, fake, clock } = await opened(context, { here: local() })
  fake.setFaults(() => ({ kind: 'error', status: 503 }))
  const asked: string[] = []
  const { list, failures } = await listMachines(
    {
      ...machines,
      places: () => {
        const { providers, closed } = machines.places()
        return { providers, closed: [...closed, new Problem('no key')] }
      },
    },
    clock.now(),
  )
  const told = await eachPlace(machines, async provider => {
    await provider.list()
    asked.push(provider.name)
  })
  assert.deepEqual([list.machines, asked], [[], ['local']])
  assert.deepEqual([failures.length, told.length], [2, 1])
  assert.match(failures[1]?.message ?? '', /Scaleway does not answer as it should/)
})

test('all of Scaleway is one place, and each machine of yours is one', async context => {
  const own = (host: string, port?: number) =>
    ssh({ host, user: 'films', hostKey: `SHA256:${'A'.repeat(43)}`, identity: 'key', ...(port && { port }) })
  const { machines }: { readonly machines: Machines } = await opened(context, {
    old: existing({ id: '0a1b2c3d-0000-4000-8000-000000000000' }),
    here: local(),
    one: own('a.example.org'),
    two: own('b.example.org', 2222),
  })
  assert.deepEqual(
    machines
      .places()
      .providers.map(({ name }) => name)
      .sort(),
    ['local', 'scaleway', 'ssh:a.example.org', 'ssh:b.example.org:2222'],
  )
})
