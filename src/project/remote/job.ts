import { join } from 'node:path'
import { duration, Misuse, Problem, packageRoot, type RunRecord } from '../../core/index.ts'
import {
  type Answer,
  followLog,
  type JobExit,
  jobState,
  type Machine,
  machineVariable,
  type Shell,
  sendArchive,
  startJob,
} from '../../machines/index.ts'
import type { Workspace } from '../workspace.ts'
import { type Cargo, linkTo } from './cargo.ts'
import { collect, NotBrought } from './collect.ts'
import { mayLeave } from './egress.ts'
import { eventOf } from './job-event.ts'
import { commandOf } from './learn-elsewhere.ts'
import { type MachineLink, patiently } from './machine-link.ts'
import { bringProgram, sizeOf } from './program.ts'

/** A stage on a machine. */
export interface Job {
  readonly run: string
  readonly stage: string
  readonly key: string
  /** The machine's name in the configuration. */
  readonly on: string
  /** Gathers what travels, where that was not done yet. Absent: the job was begun by somebody who had it. */
  readonly pack?: () => Promise<Cargo>
}

export interface OnMachine {
  readonly link: MachineLink
  readonly machine: Machine
  /** Milliseconds since 1970 on the provider's clock. */
  now(): Promise<number>
}

export interface DoOptions extends OnMachine {
  /** When it was rented, by this computer's clock. */
  readonly rentedAt?: number | undefined
  onPhase(phase: 'sending' | 'running' | 'collecting'): void
}

/** Where the agent of a job keeps account. */
export function jobFolderOf({ folder }: MachineLink, { run }: Pick<Job, 'run'>): string {
  return `${folder}/job-${run}`
}

function workFolderOf({ folder }: MachineLink): string {
  return `${folder}/work`
}

/** From a machine that lets us in to outputs in the store; again after a crash: what was done is found done. */
export async function doJob(workspace: Workspace, job: Job, options: DoOptions): Promise<RunRecord> {
  const { link, rentedAt } = options
  const { clock, progress } = workspace
  const sent = await startWork(workspace, job, options)
  options.onPhase('running')
  await follow(workspace, job, link, first => {
    if (rentedAt !== undefined)
      progress({
        kind: 'note',
        text: `${first} ${duration(clock.now() - rentedAt)} after it was rented; ${megabytes(sent)} sent`,
      })
  })
  options.onPhase('collecting')
  // The work of hours must not be lost for a store that does not answer, or a disk that is full, for some minutes.
  const { record, bytes } = await patiently(
    link,
    workspace,
    shell => collect(workspace, shell, workFolderOf(link), programOf(link, 'chestnut')),
    error => error instanceof NotBrought,
  )
  progress({ kind: 'note', text: `${megabytes(bytes)} of outputs are in the store` })
  return record
}

/** Sends what is missing there and starts the job, unless it was started. @returns bytes that were sent */
export async function startWork(workspace: Workspace, job: Job, { link, machine, now }: OnMachine): Promise<number> {
  const { signal } = workspace
  const folder = jobFolderOf(link, job)
  return await patiently(link, workspace, async shell => {
    if ((await jobState(shell, folder, { signal })).state !== 'not-started') return 0
    if (job.pack === undefined)
      throw new Misuse(`Cannot attach to run "${job.run}": its job was not begun`, {
        next: `chestnut run ${commandOf(job.stage)} --on ${job.on}`,
      })
    const cargo = await job.pack()
    const { place, bytes } = await send(workspace, shell, link, job.stage, cargo)
    const work = workFolderOf(link)
    await made(shell, [work], signal)
    const time = Math.round(await now())
    await startJob(shell, {
      folder,
      signal,
      agent: programOf(link, 'chestnut-agent'),
      job: {
        format: 'chestnut.job/1',
        run: job.run,
        words: [...programOf(link, 'chestnut'), 'work-on-order', place, work],
        folder: work,
        environment: link.isHere ? [machineVariable] : [],
        now: time,
        deadline: machine.marks.limit,
        limit: machine.marks.limit,
        heartbeat: 5_000,
        grace: 20_000,
      },
    })
    return bytes
  })
}

async function send(
  workspace: Workspace,
  shell: Shell,
  { folder }: MachineLink,
  stage: string,
  { program, bundle }: Cargo,
): Promise<{ readonly place: string; readonly bytes: number }> {
  const { signal, progress } = workspace
  await made(shell, [folder], signal)
  if (program !== undefined) {
    const from = 'image' in program ? 'having its registry send' : 'sending'
    progress({ kind: 'note', text: `${from} Chestnut (${megabytes(sizeOf(program))})` })
    const place = await bringProgram(workspace, shell, program, `${folder}/program`)
    demandDone(await shell.run(['ln', '-sfn', place, `${folder}/installed`], { signal }))
  }
  progress({ kind: 'note', text: `sending the inputs (${megabytes(bundle.size)})` })
  // This computer may work on what must not leave it, for a bucket neither.
  const link = mayLeave(workspace.config, stage) ? await linkTo(workspace, bundle) : undefined
  const options = { signal, ...(link === undefined ? {} : { link }) }
  const place = await sendArchive(shell, bundle, `${folder}/inputs`, options)
  return { place, bytes: (program === undefined ? 0 : sizeOf(program)) + bundle.size }
}

async function made(shell: Shell, folders: readonly string[], signal: AbortSignal): Promise<void> {
  demandDone(await shell.run(['mkdir', '-p', '-m', '700', ...folders], { signal }))
}

function demandDone({ status, errors }: Answer): void {
  if (status !== 0) throw new Problem(`Cannot make a folder on the machine: ${errors.join(' ')}`)
}

/** The words that run Chestnut, or its agent, there. */
function programOf({ isHere, folder }: MachineLink, name: 'chestnut' | 'chestnut-agent'): readonly string[] {
  if (!isHere) return [`${folder}/installed/${name}`]
  const main = name === 'chestnut' ? 'cli/main.js' : 'machines/agent/main.js'
  return [process.execPath, join(packageRoot(), 'dist', 'src', main)]
}

/** Shows what the job says until it has ended well. */
async function follow(
  workspace: Workspace,
  job: Job,
  link: MachineLink,
  onFirst: (what: string) => void,
): Promise<void> {
  const { clock, signal, progress } = workspace
  const lines = followLog(link.connected, jobFolderOf(link, job), {
    clock,
    signal,
    onLost: why => progress({ kind: 'warning', text: `${why.message}; trying again` }),
  })
  let isFirst = true
  for (;;) {
    const next = await lines.next()
    if (next.done) return demandSuccess(next.value, job)
    const event =
      next.value.stream === 'out' ? eventOf(next.value.text) : ({ kind: 'note', text: next.value.text } as const)
    if (isFirst && event.kind === 'progress' && event.task === 'Training') {
      onFirst('first training step')
      isFirst = false
    }
    progress(event)
  }
}

function demandSuccess({ status, reason }: JobExit, { stage, on }: Job): void {
  if (status === 0 && reason === 'finished') return
  const why: Readonly<Record<JobExit['reason'], string>> = {
    finished: `it ended with status ${status}; what it said stands above`,
    deadline: 'its time was used up',
    stopped: 'somebody stopped it',
    'not-started': 'its program could not be started',
    'log-failed': 'its log could not be written there',
  }
  throw new Problem(`Cannot run "${stage}" on "${on}": ${why[reason]}`)
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
