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
import { type Plan, planOf } from '../chaos/machines/plan.ts'
import { callName, targets } from '../chaos/machines/targets.ts'
import { type Facts, judge, type Verdict } from '../chaos/machines/verdict.ts'
import { packageRoot } from '../src/core/index.ts'
import { eventually } from '../src/testing/eventually.ts'

const second = 1000
const minute = 60 * second
const server = 'instance/servers/ID'
const quiet = { seed: 1, need: { gpus: 1 }, cap: 1, work: 20 * second, failing: 0, losing: 0, scarce: false }

/** Between them they come to every kind of trouble. */
const plans: readonly Plan[] = [
  {
    ...quiet,
    controllers: [
      {
        at: 0,
        hang: { call: 30, calls: 2, when: 'sending' },
        kill: { call: 'POST instance/servers', nth: 1, when: 'received' },
      },
      {
        at: 2 * minute,
        partition: { call: 20, lasting: 5 * second, when: 'sending' },
        interrupt: minute + 20 * second,
      },
    ],
    failing: 0.05,
    scarce: true,
  },
  {
    ...quiet,
    need: { type: 'DEV1-S' },
    controllers: [
      {
        at: 0,
        hang: { call: 20, calls: 2, when: 'answering' },
        kill: { call: `POST ${server}/action terminate`, nth: 1, when: 'done' },
      },
    ],
    losing: 0.05,
    outage: { kind: 'errors', from: 0, to: 2 * second },
  },
  {
    ...quiet,
    controllers: [{ at: 0, kill: { call: `GET ${server}/user_data/ssh-host-fingerprints`, nth: 1, when: 'answered' } }],
    killSweep: { call: `POST ${server}/action terminate`, nth: 1, when: 'unsent' },
    outage: { kind: 'drops', from: 0, to: second },
    loseState: minute,
  },
  {
    ...quiet,
    need: { type: 'DEV1-S' },
    controllers: [{ at: 0, partition: { call: 90, lasting: 5 * second, when: 'answering' }, fullDisk: 3 }],
    outage: { kind: 'silence', from: 0, to: second },
  },
]

/** All that a plan may hold. */
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
  const [verdicts, again] = await Promise.all([
    Promise.all(plans.map((plan, number) => episode(plan, number))),
    episode(plans[1]!, 1),
  ])
  const missed = figuresOf(verdicts).filter(({ met }) => !met)
  assert.deepEqual(missed, [], verdicts.flatMap(({ told }) => told).join('\n'))
  assert.deepEqual([...new Set(verdicts.flatMap(one => one.struck))].sort(), trouble)
  // A run goes the same way every time.
  assert.deepEqual(again, verdicts[1])
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
  assert.equal(
    callName('POST', `${server}/action`, '{"action":"terminate"}'),
    'POST instance/servers/ID/action terminate',
  )
  assert.equal(callName('GET', 'https://api/marketplace/v2/local-images?zone=x', ''), 'GET marketplace/local-images')
})

test('five hundred runs are planned to kill at every call and at every moment', () => {
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
