import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RunRecord } from '../core/index.ts'
import { blobs, memoryStore, writeJson } from '../store/index.ts'
import { runRecords } from './runs/run-records.ts'
import { stageCache } from './stage-cache.ts'

const key = 'ab'.repeat(32)

function record(changes: Partial<RunRecord> = {}): RunRecord {
  return {
    format: 'chestnut.run/1',
    id: '20260101t000000000z-abababab-1',
    stage: 'train',
    status: 'done',
    started: '2026-01-01T00:00:00.000Z',
    ended: '2026-01-01T00:01:00.000Z',
    seed: 42,
    config: 'c'.repeat(64),
    machine: { os: 'linux', arch: 'x64', cpu: 'some', cores: 2, node: '20.20.2', chestnut: '0.1.0' },
    inputs: { dataset: 'd'.repeat(64) },
    outputs: {},
    metrics: { auroc: 0.9, ece: Number.NaN },
    ...changes,
  }
}

test('stageCache() finds what was kept under the same key', async () => {
  const store = memoryStore()
  const cache = stageCache(store)
  const output = await blobs(store).put(Buffer.from('a model'))
  const kept = record({ outputs: { 'model.onnx': output } })
  assert.equal(await cache.find(key), undefined)
  await cache.keep(key, kept)
  assert.deepEqual(await cache.find(key), kept)
  assert.equal(await cache.find('cd'.repeat(32)), undefined)
})

test('stageCache() does not find a run of whose outputs one is missing', async () => {
  const store = memoryStore()
  const cache = stageCache(store)
  const digests = [await blobs(store).put(Buffer.from('a')), await blobs(store).put(Buffer.from('b'))]
  await cache.keep(key, record({ outputs: { a: digests[0]!, b: digests[1]! } }))
  await store.remove(`blobs/sha256/${digests[1]!.slice(0, 2)}/${digests[1]!.slice(2)}`)
  assert.equal(await cache.find(key), undefined)
  await blobs(store).put(Buffer.from('b'))
  assert.notEqual(await cache.find(key), undefined)
})

test('stageCache() keeps the last run, and no run that failed', async () => {
  const cache = stageCache(memoryStore())
  await cache.keep(key, record())
  await cache.keep(key, record({ seed: 43 }))
  assert.equal((await cache.find(key))?.seed, 43)
  await assert.rejects(cache.keep(key, record({ status: 'failed' })), RangeError)
})

test('stageCache() refuses a record that is damaged or newer', async () => {
  const store = memoryStore()
  await writeJson(store, `cache/ab/${key.slice(2)}.json`, { ...record(), format: 'chestnut.run/2' })
  await assert.rejects(stageCache(store).find(key), /newer Chestnut/)
  await writeJson(store, `cache/ab/${key.slice(2)}.json`, { ...record(), outputs: null })
  await assert.rejects(stageCache(store).find(key), /its "outputs"/)
})

test('runRecords() lists every run by time, failures too', async () => {
  const records = runRecords(memoryStore())
  const runs = [
    record({ id: '20260102t000000000z-b-1', status: 'failed', error: 'Problem' }),
    record({ id: '20260101t000000000z-a-1' }),
    record({ id: '20260103t000000000z-c-1', status: 'interrupted' }),
  ]
  for (const run of runs) await records.keep(run)
  const listed: RunRecord[] = []
  for await (const run of records.list()) listed.push(run)
  assert.deepEqual(listed, [runs[1], runs[0], runs[2]])
})

test('runRecords() never changes a record', async () => {
  const records = runRecords(memoryStore())
  await records.keep(record())
  await assert.rejects(records.keep(record({ seed: 1 })), /the key is taken/)
})
