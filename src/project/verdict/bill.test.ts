import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RunRecord } from '../../core/index.ts'
import { memoryJournal } from '../../machines/index.ts'
import { memoryStore } from '../../store/index.ts'
import { keepRemoteRun } from '../remote/find-run.ts'
import type { StageOutcome } from '../stage.ts'
import type { Workspace } from '../workspace.ts'
import { billOf, runsOf, worksOf } from './bill.ts'

const key = 'abcdef0123456789'
const start = Date.parse('2026-01-01T00:00:00.000Z')

function outcome(stage: string, changes: Partial<RunRecord> = {}): StageOutcome {
  const record: RunRecord = {
    format: 'chestnut.run/1',
    id: `20260101t000000000z-${key.slice(0, 8)}-1`,
    stage,
    status: 'done',
    started: new Date(start).toISOString(),
    ended: new Date(start + 90_000).toISOString(),
    seed: 42,
    config: '',
    machine: { os: 'linux', arch: 'x64', cpu: 'EPYC', cores: 2, node: '20', chestnut: '0.1.0' },
    inputs: {},
    outputs: {},
    metrics: {},
    ...changes,
  }
  return { stage, ran: true, record, files: {}, read: async () => new Uint8Array() }
}

const cycle = { prepared: undefined, trained: undefined, evaluated: undefined }

test('a bill holds what failed attempts cost too, and what the base cost beside it', async () => {
  const store = memoryStore()
  const journal = memoryJournal()
  const price = { perUnit: 0.6, unit: 'hour', volumePerHour: 0, addressPerHour: 0 } as const
  for (const [i, run] of ['aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc'].entries()) {
    const works = i < 2 ? key : 'another-work'
    await keepRemoteRun(store, { format: 'chestnut.remote-run/1', run, stage: 'train', key: works, on: 'gpu' })
    const head = {
      format: 'chestnut.machine-event/1',
      time: start,
      run,
      stage: 'train',
      provider: 'p',
      by: 'me',
    } as const
    const place = { type: 'L4', zone: 'z', price, deadline: start, limit: start + 3600_000, worst: 1 }
    await journal.append(run, () => ({ ...head, kind: 'intent', ...place }))
    await journal.append(run, () => ({ ...head, kind: 'destroyed', euros: 0.2 * (i + 1) }))
  }
  const workspace = { store, clock: { now: () => start } } as unknown as Workspace
  const kept = {
    ...cycle,
    outcomes: [outcome('prepare'), outcome('train', { cost: { amount: 0.4, currency: 'EUR' } })],
  }
  const runs = await runsOf(workspace, worksOf(kept))
  assert.deepEqual(runs.map(({ run }) => run).sort(), ['aaaaaaaaaaaa', 'bbbbbbbbbbbb'])
  const base = [outcome('train', { cost: { amount: 0.3, currency: 'EUR' } }).record]
  const bill = await billOf(workspace, { journal }, runs, kept, base)
  assert.deepEqual(bill, {
    stages: [
      { stage: 'prepare', seconds: 90, where: 'EPYC, 2 cores', euros: 0, base: null },
      { stage: 'train', seconds: 90, where: 'EPYC, 2 cores', euros: 0.6, base: { seconds: 90, euros: 0.3 } },
    ],
    euros: 0.6,
  })
})

test('a training that left nothing is billed as well', async () => {
  const store = memoryStore()
  const workspace = { store, clock: { now: () => start } } as unknown as Workspace
  const failure = { stage: 'train', status: 'lost' } as const
  const kept = { ...cycle, outcomes: [outcome('prepare')], failure, missing: key }
  await keepRemoteRun(store, {
    format: 'chestnut.remote-run/1',
    run: 'aaaaaaaaaaaa',
    stage: 'train',
    key,
    on: 'gpu',
  })
  const runs = await runsOf(workspace, worksOf(kept))
  assert.equal(runs.length, 1)
  const bill = await billOf(workspace, { journal: memoryJournal() }, runs, kept, [])
  assert.deepEqual(bill.stages.at(-1), { stage: 'train', seconds: null, where: '–', euros: 0, base: null })
})
