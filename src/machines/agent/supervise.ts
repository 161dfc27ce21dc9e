import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { constants } from 'node:os'
import { join } from 'node:path'
import { type Clock, systemCode } from '../../core/index.ts'
import type { Heartbeat } from './heartbeat.ts'
import { type Job, parseDeadline } from './job.ts'
import type { JobExit } from './job-exit.ts'
import { jobFiles } from './job-files.ts'
import { type LineLog, openLineLog } from './line-log.ts'
import { endGroup } from './process-group.ts'
import { writeUserData } from './user-data.ts'
import { writeWhole } from './write-whole.ts'

export interface Surroundings {
  readonly clock: Clock
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Aborted when the agent itself is asked to end. */
  readonly stop: AbortSignal
  /** What went wrong beside the job, for the agent's own file. */
  complain(error: unknown): void
}

/** Every job sees these. */
const systemNames = ['PATH', 'HOME', 'USER', 'LANG', 'TZ', 'TMPDIR', 'CHESTNUT_RUN']
/** Milliseconds that a stream may stay open after all of the job's processes are gone: one that left the group may hold it. */
const lateOutput = 2000
/** Bytes. */
const reserved = 64 * 1024

/** Runs a job from its start to its end, and keeps account of it in the folder. */
export async function supervise(job: Job, folder: string, around: Surroundings): Promise<JobExit> {
  const skew = job.now - around.clock.now()
  const now = (): number => around.clock.now() + skew
  const started = now()
  const log = openLineLog(join(folder, jobFiles.log), now)
  const beat = (state: Heartbeat['state']): Promise<void> =>
    heartbeat(job, folder, { time: now(), state, lines: log.count() }, around)
  await writeFile(join(folder, jobFiles.reserve), new Uint8Array(reserved))
  await beat('running')
  const outcome = await run(job, folder, { ...around, now, log, beat })
  const lines = log.count()
  const exit: JobExit = { format: 'chestnut.job-exit/1', run: job.run, ...outcome, started, ended: now(), lines }
  await rm(join(folder, jobFiles.reserve), { force: true })
  await writeWhole(join(folder, jobFiles.exit), exit)
  await beat('ended')
  return exit
}

interface Inside extends Surroundings {
  readonly log: LineLog
  now(): number
  beat(state: Heartbeat['state']): Promise<void>
}

type Outcome = Pick<JobExit, 'status' | 'reason'>

async function run(job: Job, folder: string, inside: Inside): Promise<Outcome> {
  const { log, clock } = inside
  const child = begin(job, inside.environment)
  const over = exitOf(child)
  if (child.pid === undefined) {
    log.say(`Cannot start "${job.words[0]}": ${await over.then(String, error => systemCode(error) ?? String(error))}`)
    log.close()
    return { status: 127, reason: 'not-started' }
  }
  let logFailure: unknown
  const ending = new AbortController()
  /** Whatever becomes of its log, the job is ended in time. */
  const keep = (write: () => void): void => {
    try {
      if (logFailure === undefined) write()
    } catch (error) {
      logFailure = error
      ending.abort()
    }
  }
  child.stdout?.on('data', (chunk: Buffer) => keep(() => log.write('out', chunk)))
  child.stderr?.on('data', (chunk: Buffer) => keep(() => log.write('err', chunk)))
  const streams = Promise.all([child.stdout, child.stderr].map(stream => stream && once(stream, 'close')))
  const finished = over.then(() => ending.abort())
  const reason = await watch(job, folder, ending.signal, inside)
  if (reason !== 'finished') keep(() => log.say(endingLine[reason]))
  await endGroup(child.pid, job.grace, clock)
  await finished
  await Promise.race([streams, clock.sleep(lateOutput)])
  child.stdout?.destroy()
  child.stderr?.destroy()
  keep(() => log.close())
  if (logFailure === undefined) return { status: await over, reason }
  inside.complain(logFailure)
  return { status: await over, reason: 'log-failed' }
}

const endingLine = {
  deadline: 'The job is ended: its deadline has come',
  stopped: 'The job is ended: its agent was asked to',
}

function begin(job: Job, environment: Surroundings['environment']): ChildProcess {
  const [command = '', ...rest] = job.words
  const names = [...systemNames, ...job.environment].filter(name => environment[name] !== undefined)
  return spawn(command, rest, {
    cwd: job.folder,
    env: Object.fromEntries(names.map(name => [name, environment[name]])),
    // A group of its own, so that all of it can be ended.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function exitOf(child: ChildProcess): Promise<number> {
  const status = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  })
  status.catch(() => undefined)
  return status
}

/** Beats until the job is over, its deadline comes or the agent is asked to end. */
async function watch(
  job: Job,
  folder: string,
  over: AbortSignal,
  { clock, stop, now, beat, complain }: Inside,
): Promise<'finished' | 'deadline' | 'stopped'> {
  const ended = AbortSignal.any([over, stop])
  let next = now() + job.heartbeat
  for (;;) {
    const deadline = Math.min(job.limit, await movedDeadline(folder, complain).then(moved => moved ?? job.deadline))
    if (over.aborted) return 'finished'
    if (stop.aborted) return 'stopped'
    if (now() >= deadline) return 'deadline'
    await sleepUntil(Math.min(next, deadline), now, clock, ended)
    if (now() < next || ended.aborted) continue
    await beat('running')
    next = now() + job.heartbeat
  }
}

/** A timer takes no more than 2³¹ ms. */
async function sleepUntil(time: number, now: () => number, clock: Clock, ended: AbortSignal): Promise<void> {
  const pause = Math.min(Math.max(0, time - now()), 3600_000)
  await clock.sleep(pause, ended).catch(reason => {
    if (!ended.aborted) throw reason
  })
}

async function movedDeadline(folder: string, complain: (error: unknown) => void): Promise<number | undefined> {
  try {
    return parseDeadline(JSON.parse(await readFile(join(folder, jobFiles.deadline), 'utf8')))
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') complain(error)
    return undefined
  }
}

/** A heartbeat that cannot be written or sent is missed by those who listen: that is for them to judge, not the job's end. */
async function heartbeat(
  job: Job,
  folder: string,
  facts: Omit<Heartbeat, 'format' | 'run'>,
  { complain }: Surroundings,
): Promise<void> {
  const beat: Heartbeat = { format: 'chestnut.heartbeat/1', run: job.run, ...facts }
  await writeWhole(join(folder, jobFiles.heartbeat), beat).catch(complain)
  if (job.userData !== undefined) await writeUserData(job.userData, JSON.stringify(beat)).catch(complain)
}
