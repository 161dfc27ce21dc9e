import assert from 'node:assert/strict'
import { test } from 'node:test'
import { episode } from '../chaos/machines/episode.ts'
import { planOf } from '../chaos/machines/plan.ts'
import { chaos } from '../chaos/machines.ts'

test('a dozen runs of chaos leave nothing that is billed, and keep every promise', async () => {
  const lines: string[] = []
  const figures = await chaos.run({ runs: 12, seed: 1, atOnce: 4, progress: line => lines.push(line) })
  assert.ok(figures.length >= 8)
  assert.deepEqual(
    figures.filter(({ met }) => !met),
    [],
    lines.join('\n'),
  )
})

test('a run of chaos goes the same way every time', async () => {
  // Its first controller is killed, its second one goes on.
  const plan = { ...planOf(1, 0), controllers: [{ at: 0, kill: { call: 90, when: 'done' as const } }, { at: 30_000 }] }
  const [one, other] = await Promise.all([episode(plan, 0), episode(plan, 0)])
  assert.equal(one.servers, 1)
  assert.deepEqual(one, other)
})
