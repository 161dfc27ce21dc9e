import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../core/index.ts'
import { eventually } from '../../testing/eventually.ts'
import { OutOfStock } from '../machine-errors.ts'
import { marksOf, minute, type Open, run, serversOf } from './open-provider.contract.ts'

export function outages(open: Open): void {
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

export function failing(open: Open): void {
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
