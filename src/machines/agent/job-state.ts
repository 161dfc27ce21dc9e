import type { Shell, ShellOptions } from '../shell.ts'
import { type Heartbeat, parseHeartbeat } from './heartbeat.ts'
import { type JobExit, parseJobExit } from './job-exit.ts'
import { jobFiles } from './job-files.ts'
import { demandSuccess } from './remote-file.ts'

export interface JobState {
  /** `gone`: its agent died, and nobody knows how the job ended. */
  readonly state: 'not-started' | 'running' | 'ended' | 'gone'
  readonly heartbeat?: Heartbeat
  readonly exit?: JobExit
}

/** The agent is looked for before its last word: who is seen dead has said it already. Its number may be another process's by now. */
const script = `cd "$1" 2>/dev/null || { echo not-started; exit 0; }
pid=$(cat ${jobFiles.agent} 2>/dev/null) || { echo not-started; exit 0; }
if grep -qz '^CHESTNUT_RUN=' "/proc/$pid/environ" 2>/dev/null; then echo running; else echo gone; fi
cat ${jobFiles.heartbeat} 2>/dev/null || echo null
cat ${jobFiles.exit} 2>/dev/null || echo null`

/** What is known of a job on a machine now. */
export async function jobState(shell: Shell, folder: string, options: ShellOptions = {}): Promise<JobState> {
  const answer = await shell.run(['sh', '-c', script, 'sh', folder], options)
  demandSuccess(answer, `Cannot ask about a job on "${shell.address.host}"`)
  const [word, beat = 'null', exit = 'null'] = answer.lines
  if (word === 'not-started') return { state: 'not-started' }
  const heartbeat = beat === 'null' ? {} : { heartbeat: parseHeartbeat(JSON.parse(beat)) }
  if (exit !== 'null') return { state: 'ended', ...heartbeat, exit: parseJobExit(JSON.parse(exit)) }
  return { state: word === 'running' ? 'running' : 'gone', ...heartbeat }
}
