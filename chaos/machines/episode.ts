import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { digestOf, random } from '../../src/core/index.ts'
import { ScalewayAccess, scalewayProvider, sweep, sweepGrace } from '../../src/machines/index.ts'
import { machineJournal } from '../../src/project/index.ts'
import { fileStore } from '../../src/store/index.ts'
import { type FakeScaleway, type Faults, fakeScaleway, seededFaults } from '../../src/testing/fake-scaleway/index.ts'
import type { Task } from './controller.ts'
import type { Plan } from './plan.ts'
import { type Scale, type ScaledClock, scaledClock } from './scaled-clock.ts'
import { judge, type Verdict } from './verdict.ts'

const minute = 60_000
/** How many times faster than the wall's the clocks run. */
const speed = 20
/** When controllers that are still there are killed: they wait for an outage as long as it takes. */
const longest = 75 * minute
/** A busy processor is slow on a clock that is fast: the sweep, which is one, is not cut short for that. */
const patience = 60 * minute

/** One run: controllers as processes that die, a cloud that fails, and one sweep past the deadline. */
export async function episode(plan: Plan, number: number): Promise<Verdict> {
  const scale: Scale = { start: Date.now(), epoch: Date.UTC(2026, 10, 1), speed }
  const clock = scaledClock(scale)
  const folder = await mkdtemp(join(tmpdir(), 'chestnut-chaos-'))
  const fake = await fakeScaleway({ clock, seed: plan.seed, faults: faultsOf(plan, clock, scale) })
  const run = digestOf([plan.seed, number]).slice(0, 12)
  const children: ChildProcess[] = []
  try {
    if (plan.scarce) makeScarce(fake)
    const task = (of: number): Task => ({ scale, access: fake.access, folder, run, plan, number: of })
    const lost = plan.loseState === undefined ? undefined : loseAt(plan.loseState, folder, clock)
    await Promise.all(plan.controllers.map((_one, of) => control(task(of), clock, children)))
    await lost
    // Nobody is left who looks at this clock. What the fake has under way goes on by it.
    clock.skip(Math.max(0, scale.epoch + untilSwept(plan, fake, scale, clock.now()) - clock.now()))
    const store = fileStore(join(folder, 'store'))
    const journal = machineJournal(store)
    const provider = scalewayProvider({
      access: new ScalewayAccess({ ...fake.access, projectId: fake.access.defaultProjectId }),
      clock,
      random: random(plan.seed, 'sweeper'),
    })
    const swept = await sweep(provider, { clock, journal, patience })
    return judge({ plan, run, bill: fake.bill(), left: fake.billable(), swept, events: await journal.read(run) })
  } finally {
    for (const child of children) child.kill('SIGKILL')
    await fake[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  }
}

/** After every deadline, by the tags of what is there, and after the outage. */
function untilSwept(plan: Plan, fake: FakeScaleway, { epoch }: Scale, now: number): number {
  const deadlines = fake
    .billable()
    .flatMap(({ tags }) => tags.map(tag => Number(/^chestnut:dead=(\d+)$/.exec(tag)?.[1] ?? 0)))
  const latest = Math.max(0, ...deadlines) * 1000 - epoch
  // What bears no marks goes by its age.
  return Math.max(latest, now - epoch, plan.outage?.to ?? 0) + sweepGrace + 5_000
}

async function control(task: Task, clock: ScaledClock, children: ChildProcess[]): Promise<void> {
  const { at, interrupt } = task.plan.controllers[task.number]!
  await clock.sleep(at)
  const script = fileURLToPath(new URL('controller.js', import.meta.url))
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, CHAOS: JSON.stringify(task) },
    stdio: ['ignore', 'ignore', process.env['CHAOS_SHOW'] === undefined ? 'ignore' : 'inherit'],
  })
  children.push(child)
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => resolve())
  })
  const over = new AbortController()
  const later = (milliseconds: number, signal: NodeJS.Signals): void => {
    clock.sleep(milliseconds, over.signal).then(
      () => child.kill(signal),
      () => undefined, // it has ended
    )
  }
  later(longest - at, 'SIGKILL')
  if (interrupt !== undefined) later(interrupt, 'SIGINT')
  await ended
  over.abort()
}

function faultsOf({ seed, failing, losing, outage }: Plan, clock: ScaledClock, { epoch }: Scale): Faults {
  const fails = seededFaults({ seed, rate: failing, kinds: [{ kind: 'error' }, { kind: 'error', status: 503 }] })
  const loses = seededFaults({ seed: seed + 1, rate: losing, kinds: [{ kind: 'drop' }] })
  return point => {
    const time = clock.now() - epoch
    if (outage !== undefined && time >= outage.from && time < outage.to) {
      return point.when === 'before' ? { kind: 'error', status: 503 } : undefined
    }
    return fails(point) ?? loses(point)
  }
}

/** The cheapest kinds are sold out in the zone that is asked first. */
function makeScarce(fake: FakeScaleway): void {
  for (const type of ['L4-1-24G', 'RENDER-S', 'DEV1-S']) fake.setStock('fr-par-1', type, 0)
}

async function loseAt(time: number, folder: string, clock: ScaledClock): Promise<void> {
  await clock.sleep(time)
  await rm(folder, { recursive: true, force: true })
}
