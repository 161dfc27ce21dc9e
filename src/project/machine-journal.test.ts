import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../core/index.ts'
import { type MachineEvent, parseMachineEvent } from '../machines/index.ts'
import { fileStore, memoryStore, writeJson } from '../store/index.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { machineJournal, sweeperHeartbeat } from './machine-journal.ts'

const run = '0123456789ab'
const other = 'ba9876543210'
const base = { format: 'chestnut.machine-event/1', stage: 'train', provider: 'local', by: 'one' } as const

function started(of: string, time: number): MachineEvent {
  return { ...base, run: of, time, kind: 'started' }
}

test('a journal keeps the events of each run in order, for every reader', async () => {
  await using store = memoryStore()
  const journal = machineJournal(store)
  assert.deepEqual(await journal.read(), [])
  for (let time = 1; time <= 12; time++)
    await journal.append(time % 3 === 0 ? other : run, () => started(time % 3 === 0 ? other : run, time))
  const again = machineJournal(store)
  assert.deepEqual(
    (await again.read(run)).map(({ time }) => time),
    [1, 2, 4, 5, 7, 8, 10, 11],
  )
  assert.equal((await again.read()).length, 12)
  assert.equal(await again.append(run, () => undefined), undefined)
  assert.equal((await journal.read(run)).length, 8)
})

test('of many that write at once, each has seen all before it', async context => {
  await using store = fileStore(temporaryFolder(context))
  const counts: number[] = []
  await Promise.all(
    [...Array(8).keys()].map(i => machineJournal(store).append(run, events => started(run, 1000 * events.length + i))),
  )
  for (const { time } of await machineJournal(store).read(run)) counts.push(Math.floor(time / 1000))
  assert.deepEqual(counts, [0, 1, 2, 3, 4, 5, 6, 7])
})

test('an event of a newer Chestnut, and what is none, is refused with a sentence', async () => {
  await using store = memoryStore()
  await writeJson(store, `machines/journal/${run}/000001.json`, {
    ...started(run, 1),
    format: 'chestnut.machine-event/2',
  })
  await assert.rejects(machineJournal(store).read(), /written by a newer Chestnut/)
  for (const wrong of [
    null,
    {},
    { ...started(run, 1), kind: 'exploded' },
    { ...started(run, 1), kind: 'created' },
    { ...started(run, 1), time: 'now' },
  ]) {
    assert.throws(() => parseMachineEvent(wrong), Problem)
  }
})

test('the sweeper was never here until it was, and then at the last time that it says', async () => {
  await using store = memoryStore()
  const heartbeat = sweeperHeartbeat(store, 'scaleway')
  assert.equal(await heartbeat.read(), undefined)
  await heartbeat.write(5)
  await heartbeat.write(7)
  assert.equal(await sweeperHeartbeat(store, 'scaleway').read(), 7)
  assert.equal(await sweeperHeartbeat(store, 'local').read(), undefined)
})
