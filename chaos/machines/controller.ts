/** One controller as a process of its own: rents a machine, works for a while, gives it back. What it is to do stands in CHAOS. */
import { join } from 'node:path'
import { Interrupted, Problem, random } from '../../src/core/index.ts'
import { type Journal, ScalewayAccess, scalewayProvider, withMachine } from '../../src/machines/index.ts'
import { machineJournal } from '../../src/project/index.ts'
import { fileStore } from '../../src/store/index.ts'
import type { FakeAccess } from '../../src/testing/fake-scaleway/index.ts'
import type { Plan } from './plan.ts'
import { type Scale, scaledClock } from './scaled-clock.ts'

export interface Task {
  readonly scale: Scale
  readonly access: FakeAccess
  readonly folder: string
  readonly run: string
  readonly plan: Plan
  /** Of the plan's controllers, from 0. */
  readonly number: number
}

const { scale, access, folder, run, plan, number }: Task = JSON.parse(process.env['CHAOS'] ?? '')
const clock = scaledClock(scale)
const stop = new AbortController()
process.once('SIGINT', () => stop.abort(new Interrupted()))

const { kill, hang } = plan.controllers[number] ?? {}
let calls = 0

/** The network of this controller, on which it dies, or is left without an answer, at the call that its plan says. */
const network: typeof fetch = async (input, init) => {
  const call = ++calls
  const dies = call === kill?.call
  if (dies && kill.when === 'before') die()
  if (hang !== undefined && call >= hang && call < hang + 3) return never(init?.signal ?? undefined)
  const answer = fetch(input, init)
  if (dies && kill.when === 'during') setTimeout(die, 1)
  const response = await answer
  if (dies && kill.when === 'after') die()
  return response
}

function die(): void {
  process.kill(process.pid, 'SIGKILL')
}

function never(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

const provider = scalewayProvider({
  access: new ScalewayAccess({ ...access, projectId: access.defaultProjectId }),
  clock,
  random: random(plan.seed, 'controller', number),
  timeout: 60_000 / scale.speed,
  fetch: network,
})

let writes = 0
const kept = machineJournal(fileStore(join(folder, 'store')))
const journal: Journal = {
  read: of => kept.read(of),
  append: (of, decide) => {
    if (writes++ >= (plan.controllers[number]?.fullDisk ?? Number.POSITIVE_INFINITY)) {
      throw new Problem('Cannot write the journal: the disk is full')
    }
    return kept.append(of, decide)
  },
}

try {
  await withMachine({
    provider,
    journal,
    clock,
    owner: 'chaos',
    run,
    stage: 'train',
    by: `controller-${number}`,
    need: plan.need,
    cloudInit: '#cloud-config\n',
    authorizedKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK0 chaos',
    caps: { run: plan.cap },
    signal: stop.signal,
    reach: async () => undefined,
    work: ({ signal }) => clock.sleep(plan.work, signal),
  })
} catch (error) {
  if (!(error instanceof Problem)) throw error
  console.error(error.message)
  process.exitCode = error.exitCode
}
