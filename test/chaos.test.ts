import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { episode } from '../chaos/machines/episode.ts'
import { figuresOf } from '../chaos/machines/figures.ts'
import { keptRuns } from '../chaos/machines/kept-runs.ts'
import { planOf } from '../chaos/machines/plan.ts'
import { callName, targets } from '../chaos/machines/targets.ts'
import { type Facts, judge, type Verdict } from '../chaos/machines/verdict.ts'
import { chaos } from '../chaos/machines.ts'
import { packageRoot } from '../src/core/index.ts'
import { eventually } from '../src/testing/eventually.ts'

/** Few runs that come to every kind of trouble between them. */
const few = [0, 1, 2]
const trouble = [
  'Ctrl-C',
  'a call that failed',
  'a lost answer',
  'full disk',
  'hang, answering',
  'hang, sending',
  'journal lost',
  'kill, answered',
  'kill, done',
  'kill, received',
  'kill, unsent',
  'outage, drops',
  'outage, errors',
  'outage, silence',
  'partition, answering',
  'partition, sending',
  'several controllers',
  'sold out',
]

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chestnut-chaos-test-'))
})
after(() => rm(folder, { recursive: true, force: true }))

test('a few runs of chaos come to every kind of trouble, leave nothing that is billed, and keep every promise', async () => {
  const lines: string[] = []
  const keep = join(folder, 'few')
  const figures = await chaos.run({ runs: 0, seed: 1, only: few, atOnce: 3, keep, progress: line => lines.push(line) })
  assert.ok(figures.length >= 9)
  assert.deepEqual(
    figures.filter(({ met }) => !met),
    [],
    lines.join('\n'),
  )
  const kept = keptRuns(keep, 1)
  const struck = new Set([...kept.values()].flatMap(one => one.struck))
  assert.deepEqual([...struck].sort(), trouble)
  // A run goes the same way every time.
  const [number = 0] = few
  assert.deepEqual({ ...(await episode(planOf(1, number), number)), told: [] }, kept.get(number))
})

test('a run that was stopped leaves no process and no folder, and its runs go on the next time', async () => {
  const keep = join(folder, 'kept')
  const words = ['machines', '--seed', '1', '--only', '0', '--keep', keep]
  const child = spawn(process.execPath, [join(packageRoot(), 'dist/chaos/run.js'), ...words], {
    env: { ...process.env, TMPDIR: folder },
  })
  const ended = once(child, 'exit')
  let out = ''
  child.stdout.on('data', part => {
    out += part
  })
  const temporary = async (): Promise<readonly string[]> =>
    (await readdir(folder)).filter(name => name.startsWith('chestnut-chaos-'))
  await eventually(async () => (await temporary()).length > 0 && existsSync(join(folder, 'kept')) === false)
  child.kill('SIGINT')
  assert.deepEqual(await ended, [130, null])
  assert.match(out, /"runs":0/)
  assert.deepEqual(await temporary(), [])
  assert.equal(keptRuns(keep, 1).size, 0)
})

test('every call has a name that tells neither zone nor id', () => {
  const server = 'https://api/instance/v1/zones/fr-par-1/servers/c0ffee00-0000-4000-8000-00000000beef'
  assert.equal(callName('POST', `${server}/action`, '{"action":"terminate"}'), 'POST instance/servers/ID/action terminate')
  assert.equal(callName('GET', 'https://api/marketplace/v2/local-images?zone=x', ''), 'GET marketplace/local-images')
})

test('five hundred runs are planned to kill at every call and at every moment, four times at least', () => {
  const planned = Array.from({ length: 500 }, (_, number) => planOf(1, number)).map(
    ({ controllers: [first], killSweep }) => killSweep ?? first?.kill,
  )
  for (const call of new Set(targets.map(one => one.call))) {
    for (const when of ['unsent', 'received', 'done', 'answered']) {
      const count = planned.filter(kill => kill?.call === call && kill.when === when).length
      assert.ok(count >= 3, `${call} ${when}: ${count}`)
    }
  }
})

const good: Verdict = {
  left: 0,
  twins: 0,
  untrue: 0,
  over: 0,
  broken: [],
  unit: 0.01,
  billed: 1,
  booked: 1,
  isKept: true,
  isLate: false,
  servers: 1,
  struck: [],
  kills: [],
  calls: [],
  told: [],
}

test('every goal can be missed', () => {
  const missed = (...verdicts: readonly Partial<Verdict>[]): readonly string[] =>
    figuresOf(verdicts.map(one => ({ ...good, ...one })))
      .filter(({ met }) => !met)
      .map(one => one.case)
  assert.deepEqual(missed({}), [])
  assert.deepEqual(missed({ left: 1 }), ['billable after one sweep past the deadline'])
  assert.deepEqual(missed({ twins: 1 }), ['two servers of one run at one time'])
  assert.deepEqual(missed({ untrue: 1 }), ['written down as destroyed before it was true'])
  assert.deepEqual(missed({ over: 0.01 }), ['above the cap and one unit, the outage over before the deadline'])
  assert.equal(missed({ over: 0.01, isLate: true }).length, 1)
  assert.deepEqual(missed({ broken: ['sweeper crashed'] }), ['processes that crashed or never ended'])
  assert.equal(missed({ booked: 0.985 }).length, 1)
  assert.equal(missed({ booked: 0.97 }).length, 2)
  assert.deepEqual(missed({ booked: 0, isKept: false }), [])
  const single = ['single runs whose ledger is within 1 % of their bill']
  assert.deepEqual(missed({}, { booked: 1.015 }), [])
  assert.deepEqual(missed({ booked: 0.985 }, { booked: 1.015 }), single)
  // So many runs have to come to every call, and none of these was killed at any.
  assert.deepEqual(missed(...Array.from({ length: 500 }, () => ({}))), ['calls and moments at which nobody was killed'])
})

test('the judge sees twins, what was not true, and what was too dear', () => {
  const hour = 3_600_000
  const line = { id: 'i', name: 'n', zone: 'z', tags: ['chestnut:dead=3600'], units: 60, euros: 0.6 }
  const server = { ...line, kind: 'server' as const, from: 0, to: hour }
  const facts: Facts = {
    plan: { ...planOf(1, 0), cap: 1, controllers: [{ at: 0 }] },
    epoch: 0,
    now: hour,
    bill: { lines: [server], euros: 0.6 },
    left: [],
    broken: [],
    printed: [],
    events: [],
    said: [{ kind: 'destroyed', at: hour }],
    calls: [],
  }
  const { outage: _, loseState: __, ...plan } = facts.plan
  const seen = (changes: Partial<Facts>): Verdict => judge({ ...facts, plan, ...changes })
  assert.deepEqual([seen({}).twins, seen({}).untrue, seen({}).over], [0, 0, 0])
  assert.equal(seen({ bill: { lines: [server, { ...server, from: hour - 1, to: undefined }], euros: 0.6 } }).twins, 1)
  assert.equal(seen({ bill: { lines: [server, { ...server, from: hour, to: undefined }], euros: 0.6 } }).twins, 0)
  assert.equal(seen({ said: [{ kind: 'destroyed', at: hour - 1 }] }).untrue, 1)
  const dear = { lines: [server], euros: 1.3 }
  assert.ok(Math.abs(seen({ bill: dear }).over - (0.3 - 0.01)) < 1e-9)
  // Half an hour of an outage that went on beyond the deadline may cost as much again.
  const late = seen({ bill: dear, plan: { ...plan, outage: { kind: 'drops', from: hour / 2 + 1, to: hour + 1 } } })
  assert.deepEqual([late.isLate, late.over], [true, 0])
})
