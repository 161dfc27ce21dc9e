import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scriptedFaults } from '../../testing/fake-scaleway/index.ts'
import { accessOf, ofType, open } from '../../testing/fake-scaleway/open-provider.test.fixture.ts'
import { billOf } from '../bill.ts'
import type { Offer } from '../provider.ts'
import { scalewayProvider } from './scaleway-provider.ts'

test('GPUs are priced by the minute, all else by the hour, with the volume that they need', async context => {
  const { provider } = await open(context)
  const offers = await provider.offers({ zones: ['fr-par-1'] })
  const priceOf = (type: string) => ofType(type)(offers)?.price
  assert.deepEqual(priceOf('L4-1-24G'), {
    unit: 'minute',
    perUnit: 0.013125,
    volumePerHour: 0.01475,
    addressPerHour: 0.004,
  })
  assert.equal(priceOf('RENDER-S')?.unit, 'hour')
  // Its volume is a local one.
  assert.deepEqual(priceOf('DEV1-S'), {
    unit: 'hour',
    perUnit: 0.008976,
    volumePerHour: 10 * 0.000044,
    addressPerHour: 0.004,
  })
  assert.equal(priceOf('BASIC2-A4C-8G'), undefined)
})

test('without the catalogue the price of an hour is live all the same, and that is said', async context => {
  const { fake, clock } = await open(context)
  const notices: string[] = []
  const provider = scalewayProvider({ access: accessOf(fake), clock, notice: sentence => notices.push(sentence) })
  fake.setFaults(scriptedFaults([{ call: 'listPublicCatalogProducts', fault: { kind: 'error' }, times: null }]))
  const [offer] = await provider.offers({ type: 'L4-1-24G', zones: ['fr-par-2'] })
  assert.equal(offer?.price.unit, 'minute')
  assert.ok(Math.abs((offer?.price.perUnit ?? 0) - 0.013125) < 1e-12)
  assert.equal(notices.length, 1)
  assert.match(notices[0] ?? '', /as on 2026-07-01/)
})

test('what an offer says is what the bill says, within one percent', async context => {
  for (const type of ['DEV1-S', 'PLAY2-MICRO', 'RENDER-S', 'L4-1-24G']) {
    const opened = await open(context, { choose: ofType(type) })
    const { fake, provider, clock, order } = opened
    const begin = Math.floor(clock.now() / 1000) * 1000
    const wanted = await order({ owner: 'o', run: '0123456789ab', deadline: begin + 9e6, limit: begin + 9e6 })
    await provider.create(wanted)
    await clock.advance(100 * 60_000)
    await provider.destroy('0123456789ab')
    const told = billOf(wanted.offer.price, begin, clock.now())
    const { euros } = fake.bill()
    assert.ok(Math.abs(told - euros) <= 0.01 * euros, `${type}: ${told} told, ${euros} billed`)
  }
})

test('stock is told by zone', async context => {
  const { fake, provider } = await open(context)
  fake.setStock('fr-par-1', 'L4-1-24G', 0)
  fake.setStock('fr-par-2', 'L4-1-24G', 1)
  const offers: readonly Offer[] = await provider.offers({ type: 'L4-1-24G' })
  assert.deepEqual(
    offers.map(({ zone, availability }) => [zone, availability]),
    [
      ['fr-par-1', 'none'],
      ['fr-par-2', 'scarce'],
      ['pl-waw-2', 'available'],
    ],
  )
})
