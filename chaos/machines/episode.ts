import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digestOf } from '../../src/core/index.ts'
import { machineJournal } from '../../src/project/index.ts'
import { fileStore } from '../../src/store/index.ts'
import { type FakeScaleway, fakeScaleway } from '../../src/testing/fake-scaleway/index.ts'
import type { Task } from './actor.ts'
import { Conductor } from './conductor.ts'
import { callHeader, timeHeader } from './network.ts'
import type { ControllerPlan, Plan } from './plan.ts'
import { saidIn, say } from './said.ts'
import { Sweeper } from './sweeper-visits.ts'
import { Trouble } from './trouble.ts'
import { judge, type Verdict } from './verdict.ts'

const minute = 60_000
/** When controllers that are still there are killed: they wait for an outage as long as it takes. */
const longest = 100 * minute
const epoch = Date.UTC(2026, 10, 1)

/**
 * One run: controllers as processes that die, a cloud that fails, and a sweeper that comes when a deadline is past.
 *
 * @throws Interrupted once the signal is aborted; nothing of the run is left.
 */
export async function episode(plan: Plan, number: number, signal?: AbortSignal): Promise<Verdict> {
  const conductor = new Conductor(epoch, signal)
  const folder = await mkdtemp(join(tmpdir(), 'chestnut-chaos-'))
  const calls = new Set<string>()
  const trouble = new Trouble(plan, conductor, folder, plan.seed + number)
  const fake = await fakeScaleway({
    clock: { now: () => conductor.now(), sleep: () => Promise.reject(new Error('The fake sleeps never')) },
    seed: plan.seed + number,
    faults: point => trouble.faultAt(point),
    arriving: headers => {
      conductor.hear(Number(headers[timeHeader]))
      trouble.arriving(headers)
      calls.add(String(headers[callHeader]))
    },
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
        const interrupt = async (): Promise<void> => {
          if (await conductor.interrupt(name)) say(folder, { kind: 'struck', what: 'Ctrl-C' })
        }
        conductor.at(epoch + own.at + own.interrupt, interrupt, true)
      }
    }
    if (plan.loseState !== undefined) conductor.at(epoch + plan.loseState, () => loseState(folder))
    const sweeper = new Sweeper({ conductor, fake, plan, epoch, task })
    sweeper.come()
    conductor.at(epoch + longest, () => conductor.killAll(), true)
    await conductor.play()
    await conductor.killAll()
    await sweeper.comeLast()
    const journal = machineJournal(fileStore(join(folder, 'store')))
    const events = await journal.read(run)
    const facts = { plan, epoch, now: conductor.now(), bill: fake.bill(), left: sweeper.left, events }
    const { broken, printed } = conductor
    return judge({ ...facts, said: saidIn(folder), calls: [...calls].sort(), broken, printed })
  } finally {
    await conductor.killAll()
    await fake[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  }
}

async function loseState(folder: string): Promise<void> {
  if (existsSync(join(folder, 'store'))) say(folder, { kind: 'struck', what: 'journal lost' })
  await rm(join(folder, 'store'), { recursive: true, force: true })
}

/** The cheapest kinds are sold out in the zone that is asked first. */
function makeScarce(fake: FakeScaleway): void {
  for (const type of ['L4-1-24G', 'RENDER-S', 'DEV1-S']) fake.setStock('fr-par-1', type, 0)
}
