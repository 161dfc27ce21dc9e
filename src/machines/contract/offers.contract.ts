import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pricePerHour } from '../price.ts'
import type { Need, Offer } from '../provider.ts'
import type { Open } from './open-provider.contract.ts'

export function clockAndOffers(open: Open): void {
  test('its clock is its own and goes on', async context => {
    const { provider, clock } = await open(context)
    const before = await provider.now()
    assert.ok(Math.abs(before - clock.now()) < 5_000)
    await clock.advance(90_000)
    const passed = (await provider.now()) - before
    assert.ok(passed >= 89_000 && passed < 120_000, `${passed} ms`)
  })

  test('offers are sorted by price, bear its name and say what they cost', async context => {
    const { provider } = await open(context)
    const offers = await provider.offers({})
    assert.ok(offers.length > 0)
    const prices = offers.map(offer => pricePerHour(offer.price))
    assert.deepEqual(
      prices,
      [...prices].sort((a, b) => a - b),
    )
    for (const { provider: name, price, cpus, memory, gpus } of offers) {
      assert.equal(name, provider.name)
      for (const euros of [price.perUnit, price.volumePerHour, price.addressPerHour]) {
        assert.ok(euros >= 0 && Number.isFinite(euros))
      }
      assert.ok(cpus >= 1 && memory > 0 && gpus >= 0)
    }
  })

  test('offers fit what is needed, and there are none where nothing does', async context => {
    const { provider } = await open(context)
    const offers = await provider.offers({})
    const { type, zone, cpus } = offers.at(-1)!
    const fitting: readonly [Need, (offer: Offer) => boolean][] = [
      [{ type }, offer => offer.type === type],
      [{ zones: [zone] }, offer => offer.zone === zone],
      [{ cpus }, offer => offer.cpus >= cpus],
      [{ gpus: 1 }, offer => offer.gpus >= 1],
      [{ gpus: 1000 }, () => false],
      [{ cpus: 1e6 }, () => false],
      [{ memory: 2 ** 60 }, () => false],
      [{ type: 'NO-SUCH-1' }, () => false],
      [{ highestPricePerHour: -1 }, () => false],
    ]
    for (const [need, fits] of fitting) {
      const found = new Set((await provider.offers(need)).map(placeOf))
      assert.deepEqual(found, new Set(offers.filter(fits).map(placeOf)), JSON.stringify(need))
    }
  })
}

function placeOf({ type, zone }: Offer): string {
  return `${type} in ${zone}`
}
