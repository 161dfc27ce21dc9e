import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../core/index.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import type { Checkpoint, Checkpoints } from './checkpoint.ts'
import { checkpointer } from './checkpointer.ts'
import { noJudging } from './course.ts'
import { noSums } from './epoch-sums.ts'

const second = 1000

function checkpointOf(step: number): Checkpoint {
  const place = { epoch: 1, step, judged: 0 }
  return { place, ended: false, spent: 0, history: [], sums: noSums, judging: noJudging, state: {} }
}

interface Saving {
  readonly step: number
  done(): void
  fail(error: Error): void
}

/** Checkpoints that are on disk when the test says so. */
function slowCheckpoints(): Checkpoints & { readonly saves: readonly Saving[] } {
  const saves: Saving[] = []
  return {
    saves,
    save: ({ place: { step } }) =>
      new Promise((resolve, reject) => {
        saves.push({ step, done: resolve, fail: reject })
      }),
    latest: async () => ({ checkpoint: undefined, warnings: [] }),
    clear: async () => undefined,
  }
}

test('at most a minute of work is at stake, with the time that writing and one more step take', async () => {
  const clock = fakeClock()
  const checkpoints = slowCheckpoints()
  const keeper = checkpointer(checkpoints, clock)
  const start = clock.now()
  const states = [0]
  const written = [0]
  // Steps of 6 s; a state is on disk 3 s after it was taken.
  for (let step = 1; step <= 100; step++) {
    await clock.advance(3 * second)
    if (written.length < states.length) {
      checkpoints.saves.at(-1)!.done()
      written.push(clock.now() - start)
    }
    await clock.advance(3 * second)
    await keeper.offer(async () => {
      states.push(clock.now() - start)
      return checkpointOf(step)
    })
  }
  for (const [i, at] of written.entries()) {
    const lost = (at - (states[i - 1] ?? 0)) / second
    assert.ok(lost <= 60, `killed after ${at / second} s, ${lost} s are lost`)
  }
  assert.equal(states.length, 1 + Math.floor(600 / 54))
})

test('while one is written no other is begun, and training does not wait', async () => {
  const clock = fakeClock()
  const checkpoints = slowCheckpoints()
  const keeper = checkpointer({ ...checkpoints, mostLost: 0 }, clock)
  for (const step of [1, 2, 3]) await keeper.offer(async () => checkpointOf(step))
  assert.deepEqual(
    checkpoints.saves.map(({ step }) => step),
    [1],
  )
  checkpoints.saves[0]!.done()
  await clock.advance(1)
  await keeper.offer(async () => checkpointOf(4))
  assert.equal(checkpoints.saves[1]?.step, 4)
})

test('keep() waits for the one that is being written, then for its own', async () => {
  const clock = fakeClock()
  const checkpoints = slowCheckpoints()
  const keeper = checkpointer({ ...checkpoints, mostLost: 0 }, clock)
  await keeper.offer(async () => checkpointOf(1))
  const kept = keeper.keep(async () => checkpointOf(2))
  await clock.advance(1)
  assert.equal(checkpoints.saves.length, 1)
  checkpoints.saves[0]!.done()
  await clock.advance(1)
  checkpoints.saves[1]!.done()
  assert.equal(await kept, true)
})

test('a checkpoint that cannot be written is warned of once, and the next one is tried a minute later', async () => {
  const clock = fakeClock()
  const checkpoints = slowCheckpoints()
  const keeper = checkpointer(checkpoints, clock)
  const full = new Problem('Cannot write "a": the disk is full')
  for (let minute = 1; minute <= 3; minute++) {
    await clock.advance(60 * second)
    await keeper.offer(async () => checkpointOf(minute))
    checkpoints.saves.at(-1)!.fail(full)
    await clock.advance(0)
    await keeper.offer(async () => checkpointOf(100))
  }
  assert.deepEqual(
    checkpoints.saves.map(({ step }) => step),
    [1, 2, 3],
  )
  assert.deepEqual(keeper.warnings(), [
    'Cannot write "a": the disk is full. If the training is stopped, what it did since the last checkpoint is lost',
  ])
  assert.deepEqual(keeper.warnings(), [])
  const kept = keeper.keep(async () => checkpointOf(4))
  await clock.advance(0)
  checkpoints.saves.at(-1)!.fail(full)
  assert.equal(await kept, false)
})

test('a defect while writing is no warning: it is thrown', async () => {
  const clock = fakeClock()
  const checkpoints = slowCheckpoints()
  const keeper = checkpointer({ ...checkpoints, mostLost: 0 }, clock)
  await keeper.offer(async () => checkpointOf(1))
  checkpoints.saves[0]!.fail(new TypeError('a defect'))
  await assert.rejects(keeper.settle(), /a defect/)
})
