import { type Clock, duration, Problem, throwIfAborted } from '../../core/index.ts'
import type { Shell } from '../shell.ts'
import { LinkLost } from '../ssh/ssh-errors.ts'
import type { JobExit } from './job-exit.ts'
import { jobFiles } from './job-files.ts'
import { jobState } from './job-state.ts'
import { type LogLine, parseLogLine } from './log-line.ts'

export interface FollowOptions {
  /** The number of the first line that is wanted. Default 1. */
  readonly from?: number
  readonly clock: Clock
  /** Milliseconds without any connection until it is given up. Default 900,000. */
  readonly patience?: number
  readonly signal?: AbortSignal
  /** Told whenever the connection is lost, with the reason. */
  onLost?(why: LinkLost): void
}

/** Line n of the file has number n, so where to go on needs no other state. The end of the agent ends it. */
const script = `cd "$1" || exit 3
if [ -e ${jobFiles.exit} ]; then exec tail -n "+$2" ${jobFiles.log}; fi
exec tail -n "+$2" -s 0.2 -f --pid="$(cat ${jobFiles.agent})" ${jobFiles.log}`

const firstPause = 250
const longestPause = 5000

/**
 * The log of a job, every line once and in order, whatever is cut in between: a lost connection is made anew, and reading goes on with
 * the line that is due. Leaving early detaches: the job goes on, and whoever comes later reads on from the line after the last.
 *
 * @param connected makes a connection to the job's machine
 * @returns how the job ended
 * @throws LinkLost when there was no connection for too long; Problem when the agent died.
 */
export async function* followLog(
  connected: (signal: AbortSignal | undefined) => Promise<Shell>,
  folder: string,
  options: FollowOptions,
): AsyncGenerator<LogLine, JobExit> {
  const { clock, signal, patience = 900_000 } = options
  let due = options.from ?? 1
  let heard = clock.now()
  for (let pause = firstPause; ; pause = Math.min(longestPause, pause * 2)) {
    try {
      await using shell = await connected(signal)
      for (;;) {
        heard = clock.now()
        pause = firstPause
        for await (const text of shell.follow(['sh', '-c', script, 'sh', folder, String(due)], bounds(signal))) {
          const line = parseLogLine(text)
          if (line.number !== due) throw damaged(shell, due, line.number)
          due++
          yield line
          heard = clock.now()
        }
        const end = await ended(shell, folder, signal)
        if (end !== undefined && due > end.lines) return end
      }
    } catch (error) {
      throwIfAborted(signal)
      if (!(error instanceof LinkLost)) throw error
      if (clock.now() - heard > patience)
        throw new LinkLost(`Cannot follow a job: no connection for ${duration(patience)}. ${error.message}`, {
          cause: error,
        })
      options.onLost?.(error)
      await clock.sleep(pause, signal)
    }
  }
}

/** How it ended; undefined while it runs. */
async function ended(shell: Shell, folder: string, signal: AbortSignal | undefined): Promise<JobExit | undefined> {
  const { state, exit } = await jobState(shell, folder, bounds(signal))
  if (exit !== undefined || state === 'running') return exit
  const what = state === 'gone' ? 'its agent died' : 'it was never started'
  throw new Problem(`Cannot follow a job on "${shell.address.host}": ${what}`)
}

function damaged({ address }: Shell, due: number, found: number): Problem {
  return new Problem(`Cannot follow a job on "${address.host}": line ${due} is due, found line ${found}`)
}

function bounds(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}
