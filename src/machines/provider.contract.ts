import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { Misuse, Problem } from '../core/index.ts'
import { eventually } from '../testing/eventually.ts'
import { OutOfStock } from './machine-errors.ts'
import { parseMachineName } from './names.ts'
import { pricePerHour } from './price.ts'
import type { Machine, Marks, Need, Offer, Order, Provider, Resource } from './provider.ts'

/** A provider to be judged, with nothing in it. */
export interface OpenProvider {
  readonly provider: Provider
  /** The same place as another controller sees it: one that shares no memory with `provider`. */
  readonly elsewhere: Provider
  /** What the provider's own clock shows. Waiting inside the provider must need no help: its clock hurries, or is the real one. */
  readonly clock: { now(): number; advance(milliseconds: number): Promise<void> }
  /** An order of the cheapest that can be had, with these marks. */
  order(marks: Marks): Promise<Order>
  /** Machines that it can have at once. Default: at least two. */
  readonly most?: number
  readonly faults?: ProviderFaults
}

/** What can be made to happen to a provider. What is left out is not tried. */
export interface ProviderFaults {
  /** Nothing can be asked or done between `begin` and `end`. */
  readonly outage?: {
    begin(): void
    end(): void
    /** How many calls it has refused. */
    refused(): number
  }
  /** The next call that makes a machine makes it, and its answer is lost. */
  loseAnswer?(): void
  /** From now on, nothing is in stock. */
  sellOut?(): void
  /** Takes away the run's server and leaves what it had, without marks, as a crash or the provider's own "terminate" does. */
  leaveBehind?(run: string): Promise<void>
}

type Open = (context: TestContext) => Promise<OpenProvider>

/**
 * What every provider promises, as tests.
 *
 * @param open makes a provider without machines; what it leaves behind is cleaned up with `context.after`
 */
export function providerContract(name: string, open: Open): void {
  describe(`${name} is a provider of machines`, () => {
    clockAndOffers(open)
    creating(open)
    oneMachine(open)
    listing(open)
    renewing(open)
    destroying(open)
    outages(open)
    failing(open)
  })
}

const minute = 60_000
const run = '0123456789ab'
const other = 'ba9876543210'

function clockAndOffers(open: Open): void {
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

function creating(open: Open): void {
  test('a machine is made with its marks and its name, and comes to run', async context => {
    const opened = await open(context)
    assert.equal(await opened.provider.find(run), undefined)
    const marks = marksOf(opened)
    const order = await opened.order(marks)
    const made = await opened.provider.create(order)
    assert.deepEqual(made.marks, marks)
    assert.deepEqual(parseMachineName(made.name), { stage: order.stage, run })
    assert.deepEqual([made.type, made.zone], [order.offer.type, order.offer.zone])
    assert.ok(made.state === 'starting' || made.state === 'running', made.state)
    const running = await comesToRun(opened)
    assert.deepEqual([running.id, running.name, running.marks], [made.id, made.name, marks])
  })

  test('an order that is none is refused, and nothing is made', async context => {
    const opened = await open(context)
    const marks = marksOf(opened)
    const order = await opened.order(marks)
    const wrong: readonly Order[] = [
      { ...order, stage: '../train' },
      { ...order, marks: { ...marks, run: 'train-1' } },
      { ...order, marks: { ...marks, owner: 'A b' } },
      { ...order, marks: { ...marks, deadline: marks.limit + 1000 } },
      { ...order, marks: { ...marks, deadline: Number.NaN } },
    ]
    for (const one of wrong) await assert.rejects(opened.provider.create(one), Misuse)
    assert.deepEqual(await opened.provider.list(), [])
  })
}

function oneMachine(open: Open): void {
  test('a machine that is there is taken over with its marks, by any controller', async context => {
    const opened = await open(context)
    const marks = marksOf(opened)
    const made = await opened.provider.create(await opened.order(marks))
    const later = { ...marks, deadline: marks.deadline + minute }
    const taken = await opened.elsewhere.create(await opened.order(later))
    assert.deepEqual([taken.id, taken.marks], [made.id, marks])
    assert.equal((await opened.elsewhere.find(run))?.id, made.id)
    assert.equal(serversOf(await opened.provider.list(), run).length, 1)
  })

  test('two that ask at once get the same machine, and nothing else is left', async context => {
    const opened = await open(context)
    for (let round = 0; round < 5; round++) {
      const order = await opened.order(marksOf(opened))
      const [here, there] = await Promise.all([opened.provider.create(order), opened.elsewhere.create(order)])
      assert.equal(here.id, there.id)
      const left = await opened.provider.list()
      assert.deepEqual(
        serversOf(left, run).map(server => server.id),
        [here.id],
      )
      assert.equal(new Set(left.map(one => one.kind)).size, left.length, 'one of each kind')
      await opened.provider.destroy(run)
    }
  })

  test('runs have a machine each', async context => {
    const opened = await open(context)
    const first = await opened.provider.create(await opened.order(marksOf(opened, run)))
    const order = await opened.order(marksOf(opened, other))
    if (opened.most === 1) {
      await assert.rejects(opened.provider.create(order), OutOfStock)
      assert.equal(await opened.provider.find(other), undefined)
      return
    }
    const second = await opened.provider.create(order)
    assert.notEqual(first.id, second.id)
    assert.equal((await opened.provider.find(run))?.id, first.id)
    assert.equal((await opened.provider.find(other))?.id, second.id)
  })
}

function listing(open: Open): void {
  test('the list has all that is billed, with marks, prices and times', async context => {
    const opened = await open(context)
    assert.deepEqual(await opened.provider.list(), [])
    const before = opened.clock.now()
    const marks = marksOf(opened)
    const order = await opened.order(marks)
    const { id, name, zone } = await opened.provider.create(order)
    const found = ofRun(await opened.elsewhere.list(), run)
    const server = found.find(one => one.kind === 'server')!
    assert.deepEqual([server.id, server.name, server.zone, server.marks], [id, name, zone, marks])
    for (const one of found) {
      assert.ok(Math.abs(one.created - before) < 10 * minute, `created ${one.created}`)
      assert.ok(one.state.length > 0)
    }
    const sum = found.reduce((total, one) => total + one.pricePerHour, 0)
    const price = pricePerHour(order.offer.price)
    assert.ok(Math.abs(sum - price) <= price * 1e-3, `${sum} of ${price} euros an hour`)
  })

  test('what outlived its server is listed by its name, and destroyed', async context => {
    const opened = await open(context)
    const { leaveBehind } = opened.faults ?? {}
    if (leaveBehind === undefined) return context.skip('nothing can outlive a machine here')
    await opened.provider.create(await opened.order(marksOf(opened)))
    await comesToRun(opened)
    await leaveBehind(run)
    assert.equal(await opened.provider.find(run), undefined)
    const left = ofRun(await opened.elsewhere.list(), run)
    assert.ok(left.length > 0)
    assert.deepEqual(serversOf(left, run), [])
    await opened.elsewhere.destroy(run)
    assert.deepEqual(await opened.provider.list(), [])
  })
}

function renewing(open: Open): void {
  test('a deadline is moved later and earlier, for all that the run has', async context => {
    const opened = await open(context)
    const marks = marksOf(opened)
    await opened.provider.create(await opened.order(marks))
    for (const deadline of [marks.deadline + 5 * minute, marks.deadline - 5 * minute, 0]) {
      await opened.elsewhere.renew(run, deadline)
      assert.equal((await opened.provider.find(run))?.marks.deadline, deadline)
      for (const one of ofRun(await opened.provider.list(), run)) {
        if (one.marks !== undefined) assert.deepEqual(one.marks, { ...marks, deadline })
      }
    }
  })

  test('a deadline never goes beyond its limit, whoever asks', async context => {
    const opened = await open(context)
    const marks = marksOf(opened)
    await opened.provider.create(await opened.order(marks))
    await opened.elsewhere.renew(run, marks.limit + 60 * minute)
    assert.deepEqual((await opened.provider.find(run))?.marks, { ...marks, deadline: marks.limit })
  })

  test('to renew what is not there makes nothing', async context => {
    const { provider, clock } = await open(context)
    await provider.renew(run, clock.now() + minute)
    assert.deepEqual(await provider.list(), [])
  })
}

function destroying(open: Open): void {
  test('what was destroyed is listed no more, again and again, and can be made anew', async context => {
    const opened = await open(context)
    const order = await opened.order(marksOf(opened))
    await opened.provider.destroy(run)
    await opened.provider.create(order)
    await opened.elsewhere.destroy(run)
    assert.deepEqual(await opened.provider.list(), [])
    assert.equal(await opened.provider.find(run), undefined)
    await opened.provider.destroy(run)
    await opened.provider.create(order)
    await comesToRun(opened)
    await Promise.all([opened.provider.destroy(run), opened.elsewhere.destroy(run)])
    assert.deepEqual(await opened.provider.list(), [])
  })

  test('what other runs have stays', async context => {
    const opened = await open(context)
    if (opened.most === 1) return context.skip('it has one machine')
    await opened.provider.create(await opened.order(marksOf(opened, run)))
    const kept = await opened.provider.create(await opened.order(marksOf(opened, other)))
    const theirs = ofRun(await opened.provider.list(), other).length
    await opened.provider.destroy(run)
    assert.equal((await opened.provider.find(other))?.id, kept.id)
    const left = await opened.provider.list()
    assert.deepEqual([left.length, ofRun(left, other).length], [theirs, theirs])
  })
}

function outages(open: Open): void {
  test('an outage during a destruction is waited for', async context => {
    const opened = await open(context)
    const { outage } = opened.faults ?? {}
    if (outage === undefined) return context.skip('it has no outages')
    await opened.provider.create(await opened.order(marksOf(opened)))
    outage.begin()
    let ended = false
    const destroyed = opened.provider.destroy(run).finally(() => {
      ended = true
    })
    await eventually(() => outage.refused() >= 10)
    assert.equal(ended, false)
    outage.end()
    await destroyed
    assert.deepEqual(await opened.provider.list(), [])
  })

  test('a destruction that is given up in an outage says so, and the machine is still there', async context => {
    const opened = await open(context)
    const { outage } = opened.faults ?? {}
    if (outage === undefined) return context.skip('it has no outages')
    const { id } = await opened.provider.create(await opened.order(marksOf(opened)))
    outage.begin()
    const stop = new AbortController()
    const rejected = assert.rejects(opened.provider.destroy(run, { signal: stop.signal }))
    await eventually(() => outage.refused() >= 3)
    stop.abort()
    await rejected
    outage.end()
    assert.equal((await opened.elsewhere.find(run))?.id, id)
  })

  test('an outage is an error, never an empty answer', async context => {
    const opened = await open(context)
    const { outage } = opened.faults ?? {}
    if (outage === undefined) return context.skip('it has no outages')
    const order = await opened.order(marksOf(opened))
    await opened.provider.create(order)
    outage.begin()
    const { provider, clock } = opened
    await assert.rejects(provider.list(), Problem)
    await assert.rejects(provider.find(run), Problem)
    await assert.rejects(provider.renew(run, clock.now() + minute), Problem)
    await assert.rejects(provider.create(order), Problem)
    outage.end()
    assert.equal(serversOf(await provider.list(), run).length, 1)
  })
}

function failing(open: Open): void {
  test('a machine whose answer was lost is found, not made twice', async context => {
    const opened = await open(context)
    const { loseAnswer } = opened.faults ?? {}
    if (loseAnswer === undefined) return context.skip('its answers are not lost')
    const order = await opened.order(marksOf(opened))
    loseAnswer()
    const machine = await opened.provider.create(order).catch(() => opened.provider.create(order))
    assert.deepEqual(
      serversOf(await opened.elsewhere.list(), run).map(server => server.id),
      [machine.id],
    )
  })

  test('what is out of stock is offered and refused as such, and leaves nothing', async context => {
    const opened = await open(context)
    const { sellOut } = opened.faults ?? {}
    if (sellOut === undefined) return context.skip('it is never out of stock')
    const order = await opened.order(marksOf(opened))
    sellOut()
    const offers = await opened.provider.offers({})
    assert.ok(offers.length > 0)
    for (const offer of offers) assert.equal(offer.availability, 'none')
    await assert.rejects(opened.provider.create(order), OutOfStock)
    assert.deepEqual(await opened.provider.list(), [])
  })

  test('a call whose signal was aborted changes nothing', async context => {
    const opened = await open(context)
    const order = await opened.order(marksOf(opened))
    const { provider } = opened
    const aborted = { signal: AbortSignal.abort() }
    await assert.rejects(provider.create(order, aborted))
    assert.deepEqual(await provider.list(), [])
    const { id } = await provider.create(order)
    await assert.rejects(provider.destroy(run, aborted))
    await assert.rejects(provider.list(aborted))
    assert.equal((await provider.find(run))?.id, id)
  })
}

/** Marks in whole seconds: a deadline in 20 minutes, a limit in 4 hours. */
function marksOf({ clock }: OpenProvider, of: string = run): Marks {
  const now = Math.floor(clock.now() / 1000) * 1000
  return { owner: 'contract', run: of, deadline: now + 20 * minute, limit: now + 240 * minute }
}

async function comesToRun({ provider, clock }: OpenProvider): Promise<Machine> {
  let machine: Machine | undefined
  await eventually(async () => {
    machine = await provider.find(run)
    if (machine?.state === 'running') return true
    await clock.advance(5_000)
    return false
  })
  return machine!
}

function placeOf({ type, zone }: Offer): string {
  return `${type} in ${zone}`
}

function ofRun(resources: readonly Resource[], wanted: string): readonly Resource[] {
  return resources.filter(one => (one.marks?.run ?? parseMachineName(one.name)?.run) === wanted)
}

function serversOf(resources: readonly Resource[], wanted: string): readonly Resource[] {
  return ofRun(resources, wanted).filter(one => one.kind === 'server')
}
