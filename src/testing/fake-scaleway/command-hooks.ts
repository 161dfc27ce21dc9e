import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { BootHook } from './boot.ts'
import type { JobHook } from './jobs.ts'

/**
 * Machines as processes: `command` runs in a shell for each server while it runs, told by `FAKE_SERVER_ID`, `FAKE_SERVER_NAME`,
 * `FAKE_SERVER_TYPE` and `FAKE_METADATA` (the address of its user data). It and its children are killed when the server is stopped.
 * It may print one line of JSON at its start, `{ "address": …, "fingerprints": … }`; an empty one leaves both to the fake.
 */
export function commandBoot(command: string): BootHook {
  return async server => {
    const child = start(command, {
      FAKE_SERVER_ID: server.id,
      FAKE_SERVER_NAME: server.name,
      FAKE_SERVER_TYPE: server.type,
      FAKE_METADATA: server.metadata,
    })
    const stop = (): void => killGroup(child)
    const line = await firstLine(child)
    const said = line === '' ? {} : (JSON.parse(line) as { address?: string; fingerprints?: string })
    return { ...said, stop }
  }
}

/** Jobs as processes: the job's own command in a shell, with its environment over ours. */
export const commandJob: JobHook = async job => {
  const child = start(job.command, job.environment)
  child.stdout?.pipe(process.stdout)
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

/** Kills what is still running, at the end of the fake. */
const running = new Set<ChildProcess>()

export function killAll(): void {
  for (const child of running) killGroup(child)
}

function start(command: string, environment: Readonly<Record<string, string>>): ChildProcess {
  const child = spawn('sh', ['-c', command], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || !running.delete(child)) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** Empty when it ends, or closes its output, without one. */
function firstLine(child: ChildProcess): Promise<string> {
  return new Promise(resolve => {
    let text = ''
    child.stdout?.on('data', (part: Buffer) => {
      text += part.toString('utf8')
      const end = text.indexOf('\n')
      if (end >= 0) resolve(text.slice(0, end).trim())
    })
    child.stdout?.once('close', () => resolve(''))
  })
}
