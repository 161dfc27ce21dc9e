import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digestOf } from '../../src/core/index.ts'
import { machineJournal } from '../../src/project/index.ts'
import { fileStore } from '../../src/store/index.ts'
import { type FakeScaleway, type Faults, fakeScaleway, seededFaults } from '../../src/testing/fake-scaleway/index.ts'
import type { Said, Task } from './actor.ts'
import { Conductor } from './conductor.ts'
import { timeHeader } from './network.ts'
import type { ControllerPlan, Plan } from './plan.ts'
import { Sweeper } from './sweeper-visits.ts'
import { judge, type Verdict } from './verdict.ts'

const minute = 60_000
/** When controllers that are still there are killed: they wait for an outage as long as it takes. */
const longest = 100 * minute
const epoch = Date.UTC(2026, 10, 1)

/** One run: controllers as processes that die, a cloud that fails, and a sweeper that comes when a deadline is past. */
export async function episode(plan: Plan, number: number): Promise<Verdict> {
  const conductor = new Conductor(epoch)
  const folder = await mkdtemp(join(tmpdir(), 'chestnut-chaos-'))
  const fake = await fakeScaleway({
    clock: { now: () => conductor.now(), sleep: () => Promise.reject(new Error('The fake sleeps never')) },
    seed: plan.seed + number,
    faults: faultsOf(plan, conductor, number),
    arriving: headers => conductor.hear(Number(headers[timeHeader])),
  })
  const run = digestOf([plan.seed, number]).slice(0, 12)
  try {
    if (plan.scarce) makeScarce(fake)
    const task = (name: string, own: ControllerPlan): Task => {
      return { now: conductor.now(), epoch, access: fake.access, folder, run, plan, name, own }
    }
    for (const [of, own] of plan.controllers.entries()) {
      const name = `controller-${of}`
      conductor.at(epoch + own.at, () => conductor.start('controller.js', task(name, own)))
      if (own.interrupt !== undefined) {
        conductor.at(epoch + own.at + own.interrupt, () => conductor.interrupt(name), true)
      }
    }
    if (plan.loseState !== undefined) {
      conductor.at(epoch + plan.loseState, () => rm(join(folder, 'store'), { recursive: true, force: true }))
    }
    const sweeper = new Sweeper({ conductor, fake, plan, epoch, task: name => task(name, { at: 0 }) })
    sweeper.come()
    conductor.at(epoch + longest, () => conductor.killAll(), true)
    await conductor.play()
    await conductor.killAll()
    await sweeper.comeLast()
    const journal = machineJournal(fileStore(join(folder, 'store')))
    const events = await journal.read(run)
    const facts = {
      plan,
      epoch,
      now: conductor.now(),
      bill: fake.bill(),
      left: sweeper.left,
      events,
      said: saidIn(folder),
    }
    return judge({ ...facts, broken: conductor.broken, printed: conductor.printed })
  } finally {
    await conductor.killAll()
    await fake[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  }
}

function faultsOf(plan: Plan, conductor: Conductor, number: number): Faults {
  const seed = plan.seed + number
  const fails = seededFaults({ seed, rate: plan.failing, kinds: [{ kind: 'error' }, { kind: 'error', status: 503 }] })
  const loses = seededFaults({ seed: seed + 1, rate: plan.losing, kinds: [{ kind: 'drop' }] })
  const calls = new Map<string, number>()
  return point => {
    const { name, pid } = conductor.holder ?? { name: '', pid: 0 }
    const call = (calls.get(name) ?? 0) + (point.when === 'before' ? 1 : 0)
    calls.set(name, call)
    const own = plan.controllers[Number(/^controller-(\d+)$/.exec(name)?.[1] ?? Number.NaN)]
    if (own?.kill?.call === call && own.kill.when === (point.when === 'before' ? 'received' : 'done')) {
      return { kind: 'kill', pid }
    }
    const time = conductor.now() - epoch
    const { outage } = plan
    if (outage !== undefined && outage.kind !== 'silence' && time >= outage.from && time < outage.to) {
      if (point.when === 'after') return undefined
      return outage.kind === 'errors' ? { kind: 'error', status: 503 } : { kind: 'drop' }
    }
    return fails(point) ?? loses(point)
  }
}

/** The cheapest kinds are sold out in the zone that is asked first. */
function makeScarce(fake: FakeScaleway): void {
  for (const type of ['L4-1-24G', 'RENDER-S', 'DEV1-S']) fake.setStock('fr-par-1', type, 0)
}

function saidIn(folder: string): readonly Said[] {
  const path = join(folder, 'said')
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.filter(line => line !== '').map((line): Said => JSON.parse(line))
}
