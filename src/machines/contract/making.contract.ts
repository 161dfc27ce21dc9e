import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Misuse } from '../../core/index.ts'
import { OutOfStock } from '../machine-errors.ts'
import { parseMachineName } from '../names.ts'
import type { Order } from '../provider.ts'
import { comesToRun, marksOf, minute, type Open, other, run, serversOf } from './open-provider.contract.ts'

export function creating(open: Open): void {
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

export function oneMachine(open: Open): void {
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
