import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { fakeClock } from '../../testing/fake-clock.ts'
import { fakeScaleway, type StartingJob } from '../../testing/fake-scaleway/index.ts'
import { accessOf } from '../../testing/fake-scaleway/open-provider.test.fixture.ts'
import { type ScalewayGuard, scalewayGuard } from './guard.ts'

interface Opened {
  readonly guard: ScalewayGuard
  readonly started: readonly StartingJob[]
  readonly secretKey: string
  /** Lets ten minutes pass. @param code the sweep's exit code */
  tick(code: number): Promise<void>
  readonly now: () => number
}

async function open(context: TestContext): Promise<Opened> {
  const clock = fakeClock()
  const started: StartingJob[] = []
  let exit = 0
  const fake = await fakeScaleway({
    clock,
    job: job => {
      started.push(job)
      return Promise.resolve(exit)
    },
  })
  context.after(() => fake[Symbol.asyncDispose]())
  return {
    guard: scalewayGuard({ access: accessOf(fake), clock, package: 'chestnut@1.2.3' }),
    started,
    secretKey: fake.access.secretKey,
    tick: async code => {
      exit = code
      await clock.advance(600_000)
      await fake.idle()
    },
    now: clock.now,
  }
}

test('the sweeper runs every ten minutes with its key, which no definition shows', async context => {
  const { guard, started, secretKey, tick, now } = await open(context)
  const plan = await guard.look()
  assert.equal(plan.isInstalled, false)
  assert.equal(plan.command, 'npx --yes chestnut@1.2.3 machines sweep --scaleway')
  assert.ok(!JSON.stringify(plan).includes(secretKey))
  await guard.install()
  await guard.install()
  assert.equal((await guard.look()).isInstalled, true)
  assert.equal(await guard.lastSweep(), undefined)
  await tick(0)
  assert.equal(started.length, 1)
  assert.equal(started[0]?.environment['SCW_SECRET_KEY'], secretKey)
  // Scripts of packages are not needed, and one of them downloads a lot.
  assert.equal(started[0]?.environment['npm_config_ignore_scripts'], 'true')
  assert.equal(await guard.lastSweep(), now())
  const last = now()
  await tick(1)
  assert.equal(started.length, 2)
  assert.equal(await guard.lastSweep(), last)
})

test('a guard that was removed runs no more', async context => {
  const { guard, started, tick } = await open(context)
  await guard.remove()
  await guard.install()
  await guard.remove()
  assert.equal((await guard.look()).isInstalled, false)
  await tick(0)
  assert.deepEqual(started, [])
})
