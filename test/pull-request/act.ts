import { spawn } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { need } from '../../src/testing/needs.ts'

const program = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'chestnut',
  'peers',
  'act-0.2.89',
  'bin',
  'act',
)

/** For `skip`: why workflows cannot be run here. */
export function needAct(): string | false {
  return need({ path: program, install: 'sh scripts/peers/act.sh (needs Go)' })
}

export interface ActOptions {
  /** A checkout of the repository. */
  readonly repository: string
  readonly workflow: string
  /** The file with the event. */
  readonly event: string
  /** Folders that stand in for actions, by "owner/name@commit". */
  readonly actions: Readonly<Record<string, string>>
  readonly secrets: Readonly<Record<string, string>>
  readonly environment: Readonly<Record<string, string>>
  /** Where it works. */
  readonly scratch: string
  /** Ends it, as a person would: its last jobs still run. */
  readonly signal: AbortSignal
}

export interface ActRun {
  readonly code: number | null
  readonly log: string
}

/** Runs a workflow for a pull request with act, a runner of GitHub Actions, on this very machine. */
export function runAct(options: ActOptions): Promise<ActRun> {
  const pairs = (flag: string, values: Readonly<Record<string, string>>): readonly string[] =>
    Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`])
  const words = [
    'pull_request',
    '--workflows',
    options.workflow,
    '--eventpath',
    options.event,
    '--platform',
    'ubuntu-latest=-self-hosted',
    '--action-cache-path',
    join(options.scratch, 'act'),
    '--action-offline-mode',
    '--no-skip-checkout',
    '--log-prefix-job-id',
    ...pairs('--local-repository', options.actions),
    ...pairs('--secret', options.secrets),
    ...pairs('--env', options.environment),
  ]
  const child = spawn(program, words, {
    cwd: options.repository,
    env: { ...process.env, HOME: options.scratch, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  options.signal.addEventListener('abort', () => child.kill('SIGINT'), { once: true })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (log += String(chunk)))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve({ code, log }))
  })
}
