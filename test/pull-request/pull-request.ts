import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { eventually } from '../../src/testing/eventually.ts'
import { type FakeGitHub, fakeGitHub } from '../../src/testing/fake-github/index.ts'
import type { FakeScaleway } from '../../src/testing/fake-scaleway/index.ts'
import { bootingCloud, environmentOf } from '../cloud/booting-cloud.ts'
import { commandLine } from '../project-folder.ts'
import { type ActRun, runAct } from './act.ts'
import { standIns } from './stand-ins.ts'

/** A pull request in a real repository, with a GitHub that is made up, a cloud that bills, and workflows that act runs. */
export interface PullRequest extends AsyncDisposable {
  readonly gitHub: FakeGitHub
  readonly cloud: FakeScaleway
  readonly number: number
  /** Commits files. @returns the commit */
  push(files: Readonly<Record<string, string>>): string
  /** Runs the workflow for the last commit. */
  run(): Promise<ActRun>
  /** Kills the runner of the job "cycle" once a machine is rented: nothing of that job does anything any more. */
  killRunner(): Promise<void>
  /** What chestnut was asked to do since the last time, as "JOB WORDS". */
  commands(): readonly string[]
}

const workflow = '.github/workflows/chestnut.yml'

export async function openPullRequest(files: Readonly<Record<string, string>>): Promise<PullRequest> {
  const scratch = await mkdtemp(join(tmpdir(), 'chestnut-pull-'))
  const at = (name: string): string => join(scratch, name)
  for (const name of ['origin', 'artifacts', 'processes', 'store', 'home']) mkdirSync(at(name))
  const origin = at('origin')
  const git = (...words: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...words], {
      cwd: origin,
      encoding: 'utf8',
    }).trim()
  const cloud = await bootingCloud()
  const gitHub = await fakeGitHub({ pullRequests: [7] })
  const access = environmentOf(cloud)
  const { SCW_API_URL: cloudURL = '', ...secrets } = access

  const push = (changed: Readonly<Record<string, string>>): string => {
    for (const [name, text] of Object.entries(changed)) {
      mkdirSync(dirname(join(origin, name)), { recursive: true })
      writeFileSync(join(origin, name), text)
    }
    git('add', '--all')
    git('commit', '--quiet', '--allow-empty', '--message', 'A change')
    return git('rev-parse', 'HEAD')
  }

  git('init', '--quiet', '--initial-branch', 'main')
  git('remote', 'add', 'origin', `https://github.com/${gitHub.repository}.git`)
  push({
    'package.json': '{"private":true,"type":"module"}',
    'package-lock.json': '{}',
    '.gitignore': 'node_modules\nout\n',
    ...files,
  })
  execFileSync(process.execPath, [commandLine, 'ci', 'init'], { cwd: origin, stdio: 'pipe' })
  push({})
  const stop = new AbortController()
  const runs: Promise<ActRun>[] = []
  const actions = await standIns(at('stand-ins'), readFileSync(join(origin, workflow), 'utf8'))

  const environment = {
    ACT_SCRATCH: scratch,
    ORIGIN: origin,
    STAND_INS: at('stand-ins'),
    ARTIFACTS: at('artifacts'),
    PROCESSES: at('processes'),
    COMMANDS: at('commands'),
    DEAD_RUNNER: at('dead-runner'),
    FAKE_GITHUB: gitHub.url,
    SCW_API_URL: cloudURL,
    CHESTNUT_STORE: at('store'),
  }
  return {
    gitHub,
    cloud,
    number: 7,
    push,
    run: async () => {
      const head = git('rev-parse', 'HEAD')
      await rm(at('artifacts'), { recursive: true, force: true })
      await rm(at('dead-runner'), { force: true })
      const repository = { full_name: gitHub.repository, default_branch: 'main' }
      const event = {
        pull_request: { number: 7, head: { sha: head, repo: repository }, base: { ref: 'main' } },
        repository,
      }
      writeFileSync(at('event.json'), JSON.stringify(event))
      const run = runAct({
        repository: origin,
        workflow,
        event: at('event.json'),
        actions,
        secrets: { ...secrets, GITHUB_TOKEN: gitHub.token },
        environment,
        scratch: at('home'),
        signal: stop.signal,
      })
      runs.push(run)
      return await run
    },
    killRunner: async () => {
      await eventually(() => cloud.billable().some(({ kind }) => kind === 'server'), 240)
      writeFileSync(at('dead-runner'), '')
      process.kill(Number(readFileSync(at('processes/cycle'), 'utf8')), 'SIGKILL')
    },
    commands: () => {
      const text = readFileSync(at('commands'), 'utf8')
      writeFileSync(at('commands'), '')
      return text.trim().split('\n')
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      await Promise.allSettled(runs)
      await cloud[Symbol.asyncDispose]()
      await gitHub[Symbol.asyncDispose]()
      await rm(scratch, { recursive: true, force: true })
    },
  }
}
