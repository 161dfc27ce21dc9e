import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comesToRun, marksOf, type Open, ofRun, other, run } from './open-provider.contract.ts'

export function destroying(open: Open): void {
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
