import assert from 'node:assert/strict'
import { test } from 'node:test'
import { marksOf, minute, type Open, ofRun, run } from './open-provider.contract.ts'

export function renewing(open: Open): void {
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
