import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem, random, systemClock } from '../../core/index.ts'
import { type FaultRule, fakeScaleway, scriptedFaults } from '../../testing/fake-scaleway/index.ts'
import { accessOf, type Opened, ofType, open } from '../../testing/fake-scaleway/open-provider.test.fixture.ts'
import { OutOfStock } from '../machine-errors.ts'
import type { Order } from '../provider.ts'
import { scalewayProvider } from './scaleway-provider.ts'

const run = '0123456789ab'

function orderOf(opened: Opened): Promise<Order> {
  const now = Math.floor(opened.clock.now() / 1000) * 1000
  return opened.order({ owner: 'o', run, deadline: now + 600_000, limit: now + 3_600_000 })
}

/** Every call that makes or changes something on the way to a machine, lost before and after its effect. */
const calls = ['createServer', 'block.updateVolume', 'setServerUserData', 'serverAction', 'getServer']

test('a call that is lost, before or after its effect, costs no second machine and leaves nothing', async context => {
  for (const call of calls) {
    for (const when of ['before', 'after'] as const) {
      const opened = await open(context, { choose: ofType('PLAY2-MICRO') })
      const { fake, provider } = opened
      const order = await orderOf(opened)
      fake.setFaults(scriptedFaults([{ call, when, fault: { kind: 'drop' } }]))
      const machine = await provider.create(order)
      assert.equal(machine.marks.run, run)
      assert.deepEqual(
        fake
          .billable()
          .map(({ kind }) => kind)
          .sort(),
        ['server', 'volume'],
        `${call} ${when}`,
      )
      await provider.destroy(run)
      assert.deepEqual(fake.billable(), [])
    }
  }
})

test('who gives up while a machine is being made finds what came of it', async context => {
  const opened = await open(context, { choose: ofType('DEV1-S') })
  const { fake, provider } = opened
  const order = await orderOf(opened)
  const stop = new AbortController()
  fake.setFaults(({ call, when }) => {
    if (call !== 'createServer' || when !== 'before') return undefined
    stop.abort()
    return { kind: 'delay', milliseconds: 100 }
  })
  await assert.rejects(provider.create(order, { signal: stop.signal }))
  assert.equal(fake.billable().filter(({ kind }) => kind === 'server').length, 1)
  await provider.destroy(run)
  assert.deepEqual(fake.billable(), [])
})

test('a machine that cannot be told what to do is not started, and goes again', async context => {
  const opened = await open(context, { choose: ofType('L4-1-24G') })
  const { fake, provider } = opened
  const order = await orderOf(opened)
  const wrong = { ...order, cloudInit: 'x'.repeat(130_000) }
  await assert.rejects(provider.create(wrong), /write "cloud-init"/)
  assert.deepEqual(fake.billable(), [])
  assert.ok(!fake.calls.includes('serverAction'))
})

test('a machine without a node to start on is out of stock, and goes again', async context => {
  const opened = await open(context, { choose: ofType('L4-1-24G') })
  const { fake, provider } = opened
  const order = await orderOf(opened)
  const rule: FaultRule = { call: 'serverAction', fault: { kind: 'out-of-stock' } }
  fake.setFaults(scriptedFaults([rule]))
  await assert.rejects(provider.create(order), OutOfStock)
  assert.deepEqual(fake.billable(), [])
})

test('a quota that is used up is out of stock, with what to do', async context => {
  const opened = await open(context, { choose: ofType('L4-1-24G') })
  opened.fake.setQuota('L4-1-24G', 0)
  await assert.rejects(
    opened.provider.create(await orderOf(opened)),
    error => error instanceof OutOfStock && error.next?.includes('quota') === true,
  )
})

test('marks stand on the volume too before a machine runs, and its key beside them', async context => {
  const opened = await open(context, { choose: ofType('PLAY2-MICRO') })
  const { fake, provider } = opened
  await provider.create(await orderOf(opened))
  const [server, volume] = fake.billable()
  assert.ok(server?.tags.includes('AUTHORIZED_KEY=ssh-ed25519_AAAAC3NzaC1lZDI1NTE5AAAAIK0'))
  assert.deepEqual(
    volume?.tags,
    server?.tags.filter(tag => tag.startsWith('chestnut')),
  )
  assert.equal(volume?.name, `chestnut-train-${run}-root`)
  assert.ok(fake.calls.indexOf('block.updateVolume') < fake.calls.indexOf('serverAction'))
  assert.ok(fake.calls.indexOf('setServerUserData') < fake.calls.indexOf('serverAction'))
})

test('what somebody protected is not destroyed, and is named', async context => {
  const opened = await open(context, { choose: ofType('DEV1-S') })
  const { fake, provider } = opened
  const { id, zone } = await provider.create(await orderOf(opened))
  await fetch(`${fake.access.apiURL}/instance/v1/zones/${zone}/servers/${id}`, {
    method: 'PATCH',
    headers: { 'x-auth-token': fake.access.secretKey },
    body: JSON.stringify({ protected: true }),
  })
  await assert.rejects(provider.destroy(run), /somebody protected it/)
})

test('a server that shut itself down is destroyed all the same, and a machine has its host keys', async context => {
  const opened = await open(context, { choose: ofType('L4-1-24G') })
  const { fake, provider, clock } = opened
  const { id } = await provider.create(await orderOf(opened))
  await clock.advance(10_000)
  await provider.list()
  await fake.idle()
  const { address } = (await provider.find(run)) ?? {}
  assert.deepEqual([address?.port, address?.user, address?.hostKeys.length], [22, 'root', 1])
  assert.match(address?.hostKeys[0] ?? '', /^SHA256:[A-Za-z0-9+/]{43}$/)
  fake.guestPowerOff(id)
  assert.equal((await provider.find(run))?.state, 'off')
  await provider.destroy(run)
  assert.deepEqual(fake.billable(), [])
})

test('a key that is unknown is told at once', async context => {
  const opened = await open(context)
  const stranger = accessOf({
    ...opened.fake,
    access: { ...opened.fake.access, secretKey: '11111111-2222-4333-8444-555555555555' },
  })
  const provider = scalewayProvider({ access: stranger, clock: opened.clock })
  await assert.rejects(provider.destroy(run), /does not know the key/)
})

test('a call without an answer is given up, tried again, and ends with the signal', async context => {
  const fake = await fakeScaleway({ clock: systemClock })
  context.after(() => fake[Symbol.asyncDispose]())
  const options = { access: accessOf(fake), clock: systemClock, random: random(1, 'test'), timeout: 100 }
  const provider = scalewayProvider(options)
  fake.setFaults(scriptedFaults([{ fault: { kind: 'hang' } }]))
  await provider.now()
  fake.setFaults(() => ({ kind: 'hang' }))
  const stop = new AbortController()
  setTimeout(() => stop.abort(new Problem('enough')), 300)
  await assert.rejects(provider.destroy(run, { signal: stop.signal }), /enough/)
})
