import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pricePerHour } from '../price.ts'
import { comesToRun, marksOf, minute, type Open, ofRun, run, serversOf } from './open-provider.contract.ts'

export function listing(open: Open): void {
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
