import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { float32, Problem, packageRoot, random, sha256, type Tensors } from '../core/index.ts'
import { fileStore, memoryStore, readBytes, type Store } from '../store/index.ts'
import { needMounts, smallDisk } from '../testing/mounts.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import type { BestWeights, Checkpoint, Checkpoints, Place } from './checkpoint.ts'
import { noJudging } from './course.ts'
import { noSums } from './epoch-sums.ts'
import { storeCheckpoints } from './store-checkpoints.ts'
import { writeTensors } from './tensor-file.ts'

const of = sha256('a plan, its data and its network')

function checkpointsIn(store: Store, changes: { readonly of?: string; readonly machine?: string } = {}): Checkpoints {
  return storeCheckpoints({ store, of, machine: 'one machine', ...changes })
}

function weights(seed: number, count = 5): Tensors {
  const draw = random(seed, 'weights')
  return { w: float32([count], draw.fill(new Float32Array(count))) }
}

function checkpointAt(place: Partial<Place>, changes: Partial<Checkpoint> = {}): Checkpoint {
  const whole: Place = { epoch: 1, step: 0, judged: 0, ...place }
  const seed = whole.epoch * 1000 + whole.step
  return {
    place: whole,
    ended: false,
    spent: 1234.5,
    history: [],
    best: undefined,
    sums: { ...noSums, tally: { losses: 0.1 + seed / 3, right: 2, known: 7 }, norms: 1 / 3 },
    judging: noJudging,
    choices: undefined,
    state: {
      ...weights(seed),
      'w/m': float32([2], [1, 2]),
      step: { dtype: 'float64', shape: [], data: Float64Array.of(seed) },
    },
    ...changes,
  }
}

function bestOf(epoch: number): BestWeights {
  return { epoch, parameters: weights(-epoch) }
}

async function keysIn(store: Store): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const { key } of store.list('')) keys.push(key)
  return keys
}

async function flip(store: Store, key: string, place: number): Promise<void> {
  const bytes = await readBytes(store, key)
  bytes[place % bytes.length]! ^= 1
  await store.write(key, bytes)
}

test('a checkpoint comes back as it was kept', async () => {
  const store = memoryStore()
  const record = {
    epoch: 1,
    trainLoss: 1 / 3,
    trainAccuracy: 0.5,
    rate: 1e-4,
    gradientNorm: 2.5,
    largestGradientNorm: 7,
    validationLoss: 0.1 + 0.2,
    validationAccuracy: 1,
    validationAuroc: null,
    best: true,
  }
  const kept = checkpointAt(
    { epoch: 2, step: 7, judged: 4 },
    {
      history: [record],
      best: bestOf(1),
      judging: { sums: { losses: 3, right: 1, known: 4 }, logits: Float32Array.of(1, -2, 3, 0.1) },
      choices: { conv5_3: 'winograd' },
    },
  )
  await checkpointsIn(store).save(kept)
  assert.deepEqual(await checkpointsIn(store).latest(), { checkpoint: kept, warnings: [] })
})

test('the last two are kept, with the best weights that they name, which are written once', async () => {
  const store = memoryStore()
  const checkpoints = checkpointsIn(store)
  const [first, second] = [bestOf(1), bestOf(2)]
  await checkpoints.save(checkpointAt({ step: 1 }))
  await checkpoints.save(checkpointAt({ epoch: 2 }, { best: first }))
  const written = (await keysIn(store)).filter(key => key.includes('-best-'))
  const before = await store.stat(written[0]!)
  await checkpoints.save(checkpointAt({ epoch: 2, step: 5 }, { best: first }))
  await checkpoints.save(checkpointAt({ epoch: 3 }, { best: second }))
  assert.deepEqual(await store.stat(written[0]!), before)
  assert.equal((await keysIn(store)).length, 4)
  await checkpoints.save(checkpointAt({ epoch: 3, step: 1 }, { best: second }))
  const keys = await keysIn(store)
  assert.deepEqual(
    keys.map(key => key.slice(17, -17)),
    ['at-000003.000000000.000000000', 'at-000003.000000001.000000000', 'best'],
  )
  assert.ok(!keys.includes(written[0]!))
  await checkpoints.clear()
  assert.deepEqual(await keysIn(store), [])
})

test('whatever bit of the newest checkpoint is wrong, the one before is used, and a warning says so', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.boolean(), async (place, inBest) => {
      const store = memoryStore()
      const checkpoints = checkpointsIn(store)
      const before = checkpointAt({ epoch: 2 }, { best: bestOf(1) })
      await checkpoints.save(before)
      await checkpoints.save(checkpointAt({ epoch: 3 }, { best: bestOf(2) }))
      const newest = (await keysIn(store)).findLast(key => key.includes('-at-'))!
      await flip(store, inBest ? newest.replace(/-at-.*-/, '-best-') : newest, place)
      const found = await checkpointsIn(store).latest()
      assert.deepEqual(found.checkpoint, before)
      assert.match(
        found.warnings.join(),
        /^The checkpoint "[-.\w]+" cannot be used: .*\. The one before it is looked for$/,
      )
      // It is set aside: the next two are kept again.
      await checkpoints.save(checkpointAt({ epoch: 2, step: 3 }, { best: bestOf(1) }))
      assert.equal((await keysIn(store)).filter(key => key.includes('-at-')).length, 2)
    }),
    { numRuns: 100 },
  )
})

test('when both are damaged the training begins anew, and a warning says so', async () => {
  const store = memoryStore()
  for (const step of [1, 2]) await checkpointsIn(store).save(checkpointAt({ step }))
  for (const key of await keysIn(store)) await flip(store, key, 200)
  const { checkpoint, warnings } = await checkpointsIn(store).latest()
  assert.equal(checkpoint, undefined)
  assert.equal(warnings.length, 3)
  assert.match(warnings[2]!, /^No checkpoint can be used: the training begins anew$/)
  assert.deepEqual(await checkpointsIn(store).latest(), { checkpoint: undefined, warnings: [] })
})

test('a checkpoint of another training is not used, not even when its key looks alike', async () => {
  const store = memoryStore()
  await checkpointsIn(store).save(checkpointAt({ step: 1 }))
  assert.deepEqual(await checkpointsIn(store, { of: sha256('other') }).latest(), {
    checkpoint: undefined,
    warnings: [],
  })
  const found = await checkpointsIn(store, { of: of.slice(0, 16) + sha256('other').slice(16) }).latest()
  assert.equal(found.checkpoint, undefined)
  assert.match(found.warnings[0]!, /cannot be used: it is of another plan, other data or another network/)
  assert.equal((await checkpointsIn(store).latest()).checkpoint?.place.step, 1)
})

test('a checkpoint of a newer Chestnut is refused with what to type, and stays', async () => {
  const store = memoryStore()
  await checkpointsIn(store).save(checkpointAt({ step: 1 }))
  const newer = await writeTensors({ header: { format: 'chestnut.checkpoint/2', parts: [] }, tensors: {} })
  const key = `${of.slice(0, 16)}-at-000002.000000000.000000000-`
  await store.write(key, newer.stream())
  await assert.rejects(checkpointsIn(store).latest(), (error: Error) => {
    assert.ok(error instanceof Problem)
    assert.match(error.message, /Cannot read "chestnut.checkpoint\/2": it was written by a newer Chestnut/)
    assert.match(error.next ?? '', /^npm install chestnut@latest, or chestnut train --fresh/)
    return true
  })
  assert.ok((await keysIn(store)).includes(key))
})

/** What version 1 writes: `checkpointAt` with the best weights of epoch 1 and some choices. */
const first = join(packageRoot(), 'src', 'train', 'fixtures', 'checkpoint-1')
const firstKept = (): Checkpoint =>
  checkpointAt(
    { epoch: 2, step: 7, judged: 1 },
    {
      best: bestOf(1),
      judging: { sums: { losses: 0.3, right: 1, known: 1 }, logits: Float32Array.of(1.5) },
      choices: { conv5_3: 'winograd' },
    },
  )

test('what the first version of the format wrote is read', async () => {
  assert.deepEqual(await checkpointsIn(fileStore(first)).latest(), { checkpoint: firstKept(), warnings: [] })
})

test('another machine goes on too, and hears that its bits may differ', async () => {
  const store = memoryStore()
  await checkpointsIn(store).save(checkpointAt({ step: 1 }))
  const { checkpoint, warnings } = await checkpointsIn(store, { machine: 'a second' }).latest()
  assert.equal(checkpoint?.place.step, 1)
  assert.match(warnings.join(), /^The training was begun on one machine, and goes on on a second: /)
})

test('a checkpoint holds nothing but what it says: no path, no name', async context => {
  const folder = temporaryFolder(context)
  await checkpointsIn(fileStore(folder)).save(checkpointAt({ step: 1 }, { best: bestOf(1) }))
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), 'latin1')
    assert.match(text, /^[0-9a-f]{64}\n\{"format":"chestnut\.checkpoint\/1","of":"[0-9a-f]{64}",/)
    assert.doesNotMatch(text, /\.png|patient/i)
  }
})

test('a full disk refuses a checkpoint with a sentence, and those before it stay whole', {
  skip: needMounts(),
}, async () => {
  const disk = smallDisk(1 << 20)
  try {
    const store = fileStore(disk.folder)
    const small = checkpointAt({ step: 1 }, { best: bestOf(1) })
    await checkpointsIn(store).save(small)
    const large = checkpointAt({ step: 2 }, { state: weights(3, 500_000), best: bestOf(1) })
    await assert.rejects(checkpointsIn(store).save(large), /Cannot write ".*": the disk is full/)
    assert.deepEqual(await checkpointsIn(store).latest(), { checkpoint: small, warnings: [] })
    assert.equal(readdirSync(disk.folder).length, 2)
    await checkpointsIn(store).save(checkpointAt({ step: 3 }, { best: bestOf(1) }))
  } finally {
    disk.unmount()
  }
})
