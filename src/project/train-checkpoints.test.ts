import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Problem, type ProgressEvent, sha256, systemClock } from '../core/index.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import type { Checkpoint, Checkpoints } from '../train/index.ts'
import { parseConfig } from './config.ts'
import { dropCheckpoints, trainCheckpoints } from './train-checkpoints.ts'

const day = 24 * 3600_000
const [first, second] = [sha256('first'), sha256('second')]

const checkpoint: Checkpoint = {
  place: { epoch: 1, step: 1, judged: 0 },
  ended: false,
  spent: 1,
  history: [],
  sums: { tally: { losses: 0, right: 0, known: 0 }, rate: 0, norms: 0, largestNorm: 0, skips: 0 },
  judging: { sums: { losses: 0, right: 0, known: 0 }, logits: new Float32Array(0) },
  state: {},
}

/** Opens checkpoints in one folder, some days from now. */
function opener(context: TestContext): (key: string, days?: number, fresh?: boolean) => Promise<Checkpoints> {
  const state = temporaryFolder(context)
  return (key, days = 0, fresh = false) =>
    trainCheckpoints(
      { config: parseConfig({}), state, clock: fakeClock({ now: systemClock.now() + days * day }), fresh },
      key,
    )
}

const isKept = async (checkpoints: Checkpoints): Promise<boolean> =>
  (await checkpoints.latest()).checkpoint !== undefined

test('checkpoints of a training that nobody went on with for two weeks are removed', async context => {
  const open = opener(context)
  await (await open(first)).save(checkpoint)
  await open(second, 13)
  assert.ok(await isKept(await open(first)))
  await open(second, 15)
  assert.ok(!(await isKept(await open(first))))
})

test('who begins anew loses the checkpoints of that training, and of no other', async context => {
  const open = opener(context)
  for (const key of [first, second]) await (await open(key)).save(checkpoint)
  assert.ok(!(await isKept(await open(first, 0, true))))
  assert.ok(await isKept(await open(second)))
})

test('checkpoints lie in the folder of the project, named by digests alone', async context => {
  const state = temporaryFolder(context)
  const workspace = { config: parseConfig({}), state, clock: systemClock, fresh: false }
  await (await trainCheckpoints(workspace, first)).save(checkpoint)
  assert.match(readdirSync(join(state, 'checkpoints')).join(), /^[0-9a-f]{16}-at-[0-9.]+-$/)
})

test('checkpoints that cannot be removed at the end are a warning', async () => {
  const told: ProgressEvent[] = []
  const stuck = { clear: () => Promise.reject(new Problem('Cannot remove "a": the file system is read-only')) }
  await dropCheckpoints({ progress: event => told.push(event) }, stuck as unknown as Checkpoints)
  assert.deepEqual(told, [{ kind: 'warning', text: 'Cannot remove "a": the file system is read-only' }])
})
