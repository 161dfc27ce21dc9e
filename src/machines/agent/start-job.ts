import type { Shell, ShellOptions } from '../shell.ts'
import type { Job } from './job.ts'
import { jobFiles } from './job-files.ts'
import { demandSuccess, writeRemote } from './remote-file.ts'

export interface StartOptions extends ShellOptions {
  /** A folder of the job's own on the machine. */
  readonly folder: string
  /** The words that run the agent there. */
  readonly agent: readonly string[]
  readonly job: Job
  /** Values of the variables that the job names. They travel through the connection only, and are in no file there. */
  readonly environment?: Readonly<Record<string, string>>
}

/**
 * Starts a job that needs neither this connection nor this process any more. Again: finds it started, and does nothing, also when it
 * has ended since.
 */
export async function startJob(shell: Shell, options: StartOptions): Promise<void> {
  const { folder, agent, job, environment = {}, ...bounds } = options
  const taken = await shell.run(['test', '-e', `${folder}/${jobFiles.agent}`], bounds)
  if (taken.status === 0) return
  await writeRemote(shell, `${folder}/${jobFiles.job}`, JSON.stringify(job), bounds)
  const words = ['env', `CHESTNUT_RUN=${job.run}`, ...agent, 'start', folder]
  const answer = await shell.run(words, { ...bounds, input: JSON.stringify(environment) })
  demandSuccess(answer, `Cannot start a job on "${shell.address.host}"`)
}

/** Moves a job's deadline, never past its limit. The agent sees it with its next heartbeat. Milliseconds since 1970. */
export function moveDeadline(shell: Shell, folder: string, deadline: number, options?: ShellOptions): Promise<void> {
  const text = JSON.stringify({ format: 'chestnut.job-deadline/1', deadline })
  return writeRemote(shell, `${folder}/${jobFiles.deadline}`, text, options)
}

/** Asks the agent to end its job: at once, whatever its deadline. Nothing happens when it has ended. */
export async function stopJob(shell: Shell, folder: string, options: ShellOptions = {}): Promise<void> {
  // Its number may be another process's by now.
  const script = 'pid=$(cat "$1"); ! grep -qz "^CHESTNUT_RUN=" "/proc/$pid/environ" 2> /dev/null || kill -TERM "$pid"'
  demandSuccess(
    await shell.run(['sh', '-c', script, 'sh', `${folder}/${jobFiles.agent}`], options),
    `Cannot stop a job on "${shell.address.host}"`,
  )
}
