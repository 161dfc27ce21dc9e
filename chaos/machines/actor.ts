/** What the processes of a run have in common: one clock, a network on which things go wrong, a journal whose disk fills up. */
import { join } from 'node:path'
import { Interrupted, Problem, type Random, random } from '../../src/core/index.ts'
import { type Journal, ScalewayAccess, scalewayProvider } from '../../src/machines/index.ts'
import type { Provider } from '../../src/machines/provider.ts'
import { loadSdk } from '../../src/machines/scaleway/sdk.ts'
// Straight from their files: the rooms' other files would take longer to load than a run takes.
import { machineJournal } from '../../src/project/machine-journal.ts'
import { fileStore } from '../../src/store/file-store.ts'
import type { FakeAccess } from '../../src/testing/fake-scaleway/index.ts'
import { crashed } from './crashed.ts'
import { type Baton, LockstepClock, type Rest } from './lockstep-clock.ts'
import { faultyNetwork } from './network.ts'
import type { ControllerPlan, Plan } from './plan.ts'
import { say } from './said.ts'

/** What a process is started with, in CHAOS. */
export interface Task {
  readonly now: number
  /** The beginning of the run on the fake's clock. */
  readonly epoch: number
  readonly access: FakeAccess
  readonly folder: string
  readonly run: string
  readonly plan: Plan
  /** Tells it from the others: "controller-0", "sweeper". */
  readonly name: string
  readonly own: ControllerPlan
}

export interface Actor extends Task {
  readonly clock: LockstepClock
  readonly provider: Provider
  readonly journal: Journal
  readonly signal: AbortSignal
}

/** Does the work of a process in lockstep, then lets it end. */
export async function act(work: (actor: Actor) => Promise<void>): Promise<void> {
  const task: Task = JSON.parse(process.env['CHAOS'] ?? '')
  const clock = new LockstepClock(task.now)
  const draw = random(task.plan.seed, task.run, task.name)
  const stop = new AbortController()
  process.on('uncaughtException', error => {
    console.error(error)
    process.exit(crashed)
  })
  process.on('message', (baton: Baton) => {
    void clock.run(baton, () => stop.abort(new Interrupted())).then(tell)
  })
  const provider = scalewayProvider({
    access: new ScalewayAccess({ ...task.access, projectId: task.access.defaultProjectId }),
    clock,
    random: random(task.plan.seed, 'pauses', task.name),
    // The network knows when a call takes too long: on the wall's clock none does.
    timeout: 2 ** 31 - 1,
    fetch: faultyNetwork(task, clock, draw),
  })
  const actor = { ...task, clock, provider, journal: slowJournal(task, clock, draw), signal: stop.signal }
  await loadSdk()
  // Its start takes no time: it is asleep until the baton comes.
  const done = clock.sleep(0).then(() => work(actor))
  tell(await clock.rest())
  try {
    await done
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    console.error(`${new Date(clock.now()).toISOString().slice(11, 19)} ${task.name}: ${error.message}`)
    process.exitCode = error.exitCode
  } finally {
    process.disconnect()
  }
}

/** One that has done its work tells nothing more: its end is enough. */
function tell(rest: Rest): void {
  if (process.connected) process.send?.(rest)
}

/** In a bucket, events take their time, and others write in between. */
function slowJournal({ folder, own }: Task, clock: LockstepClock, draw: Random): Journal {
  const kept = machineJournal(fileStore(join(folder, 'store')))
  const pause = (): Promise<void> => clock.sleep(2 + 60 * draw.uniform())
  let writes = 0
  return {
    read: async run => {
      await pause()
      const events = await clock.during(() => kept.read(run))
      await pause()
      return events
    },
    append: async (run, decide) => {
      await pause()
      if (writes++ >= (own.fullDisk ?? Number.POSITIVE_INFINITY)) {
        say(folder, { kind: 'struck', what: 'full disk' })
        throw new Problem('Cannot write the journal: the disk is full')
      }
      const event = await clock.during(() => kept.append(run, decide))
      if (event?.kind === 'destroyed') say(folder, { kind: 'destroyed', at: clock.now() })
      await pause()
      return event
    },
  }
}
