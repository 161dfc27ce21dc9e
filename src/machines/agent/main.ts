/**
 * Entry of the agent. `start FOLDER` begins the job of a folder and ends: what began it may go. `watch FOLDER` is the agent itself.
 * Values of variables are read from the standard input, as JSON.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Misuse, Problem, systemClock, systemCode, textsFromJson } from '../../core/index.ts'
import { parseJob } from './job.ts'
import { jobFiles } from './job-files.ts'
import { supervise } from './supervise.ts'

const [verb, where] = process.argv.slice(2)

try {
  if (where === undefined || (verb !== 'start' && verb !== 'watch'))
    throw new Misuse('Cannot run the agent: wanted "start" or "watch", and the folder of a job')
  await (verb === 'start' ? start(resolve(where)) : watch(resolve(where)))
} catch (error) {
  complain(error)
  process.exitCode = error instanceof Problem ? error.exitCode : 1
}

/** Leaves an agent behind that belongs to no session, and ends once the agent has the job in its hands. */
async function start(folder: string): Promise<void> {
  const values = textsFromJson(JSON.parse(readFileSync(0, 'utf8') || '{}'))
  if (values === undefined) throw new Misuse('Cannot start a job: wanted its variables as texts by name')
  const complaints = openSync(join(folder, jobFiles.complaints), 'a')
  const agent = spawn(process.execPath, [fileURLToPath(import.meta.url), 'watch', folder], {
    cwd: '/',
    env: { ...process.env, ...values },
    detached: true,
    stdio: ['ignore', 'ignore', complaints, 'ipc'],
  })
  const [word] = await Promise.race([once(agent, 'message'), once(agent, 'exit')])
  if (word !== 'begun' && word !== 'taken')
    throw new Problem(`Cannot start a job: ${readFileSync(join(folder, jobFiles.complaints), 'utf8').trim()}`)
  if (agent.connected) agent.disconnect()
  agent.unref()
  console.log(word)
}

async function watch(folder: string): Promise<void> {
  const job = parseJob(JSON.parse(readFileSync(join(folder, jobFiles.job), 'utf8')))
  const begun = claim(folder)
  await tell(begun ? 'begun' : 'taken')
  if (!begun) return
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop.abort())
  await supervise(job, folder, { clock: systemClock, environment: process.env, stop: stop.signal, complain })
}

/** Only one agent ever has a job, also after it died: what a job did until then is not done twice. */
function claim(folder: string): boolean {
  try {
    writeFileSync(join(folder, jobFiles.agent), String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false
    throw error
  }
}

async function tell(word: string): Promise<void> {
  await new Promise<void>(resolve => process.send?.(word, undefined, {}, () => resolve()) ?? resolve())
  if (process.connected) process.disconnect()
}

function complain(error: unknown): void {
  console.error(error instanceof Problem ? error.message : error)
}
