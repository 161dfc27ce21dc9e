import { isJsonObject, type JsonObject } from '../core/index.ts'
import { type CiProblem, isProblem, type ReadYaml, readYaml } from './read-yaml.ts'

type Path = readonly (string | number)[]
type Report = (path: Path, says: string, remedy: string) => void

interface Job {
  readonly name: string
  readonly job: JsonObject
  /** What it runs, with where that stands. */
  readonly runs: readonly { readonly text: string; readonly path: Path }[]
  /** Hours that it allows a machine; undefined: it rents none. */
  readonly rents: number | undefined
}

export interface PolicyOptions {
  /** Names of machines that are the runner itself: nothing is rented on them. */
  readonly local?: readonly string[]
}

/** Looks at one workflow of GitHub. @returns what is wrong, in the order of its lines */
export function checkWorkflow(file: string, text: string, { local = [] }: PolicyOptions = {}): readonly CiProblem[] {
  const read = readYaml(file, text)
  if (isProblem(read)) return [read]
  const problems: CiProblem[] = []
  const report: Report = (path, says, remedy) => {
    problems.push({ file, line: read.lineOf(path), says, remedy })
  }
  const jobs = jobsOf(read, local)
  checkTriggers(read, report)
  checkRights(read, jobs, report)
  checkFetching(read, jobs, report)
  checkCommonSecrets(read, report)
  for (const job of jobs) {
    checkSteps(job, report)
    checkTimeout(job, report)
    checkSecrets(job, report)
    if (job.rents !== undefined) checkPaid(read, job, jobs, report)
  }
  return problems.sort((a, b) => a.line - b.line)
}

function jobsOf({ root }: ReadYaml, local: readonly string[]): readonly Job[] {
  const jobs = isJsonObject(root['jobs']) ? root['jobs'] : {}
  return Object.entries(jobs).map(([name, value]) => {
    const job = isJsonObject(value) ? value : {}
    const runs = stepsOf(job).flatMap((step, i) => {
      const run = step['run']
      return typeof run === 'string' ? [{ text: run, path: ['jobs', name, 'steps', i, 'run'] }] : []
    })
    return {
      name,
      job,
      runs,
      rents: hoursOf(
        runs.map(({ text }) => text),
        local,
      ),
    }
  })
}

function stepsOf(job: JsonObject): readonly JsonObject[] {
  return Array.isArray(job['steps']) ? job['steps'].map(step => (isJsonObject(step) ? step : {})) : []
}

/** The flag's default. */
const usualHours = 6

/** A command of a stage with "--on" rents for so long; a deployment is to stay. */
export function hoursOf(commands: readonly string[], local: readonly string[]): number | undefined {
  const renting = commands
    .flatMap(text => text.split('\n'))
    .filter(line => {
      const [, on] = /\bchestnut\s+(?:run|prepare|train|evaluate)\b.*\s--on[=\s]\s*['"]?([\w-]*)/.exec(line) ?? []
      return on !== undefined && !local.includes(on)
    })
  const hours = renting.map(line => Number(/\s--hours[=\s](\d+)/.exec(line)?.[1] ?? usualHours))
  return hours.length === 0 ? undefined : Math.min(...hours)
}

function checkTriggers({ root }: ReadYaml, report: Report): void {
  const on = root['on']
  const names = isJsonObject(on) ? Object.keys(on) : Array.isArray(on) ? on.map(String) : [String(on)]
  if (!names.includes('pull_request_target')) return
  report(
    ['on', 'pull_request_target'],
    '"pull_request_target" gives the secrets of the repository to whatever a fork sends',
    'use "pull_request", and "workflow_dispatch" for forks',
  )
}

function checkRights({ root }: ReadYaml, jobs: readonly Job[], report: Report): void {
  const top = root['permissions']
  if (!isJsonObject(top) || Object.keys(top).length > 0)
    report(['permissions'], 'jobs have rights that they do not name', 'write "permissions: {}" at the top')
  for (const { name, job, rents } of jobs) {
    const rights = job['permissions']
    const path = ['jobs', name, 'permissions']
    if (!isJsonObject(rights)) {
      report(
        path,
        `the job "${name}" does not name its rights`,
        'write them under "permissions:", such as "contents: read"',
      )
    } else if (rents !== undefined && Object.values(rights).includes('write')) {
      report(path, `the job "${name}" has the keys of machines and may write, too`, 'let another job write')
    }
  }
}

/** Where the installation failed, npx would fetch a stranger's program, and run it with the keys. */
function checkFetching({ root }: ReadYaml, jobs: readonly Job[], report: Report): void {
  const says = (where: JsonObject): boolean => {
    return isJsonObject(where['env']) && String(where['env']['NPM_CONFIG_YES']) === 'false'
  }
  if (says(root)) return
  for (const { job, runs } of jobs) {
    const found = runs.find(({ text }) => /\bnpx\s+(?!--no\b)/.test(text))
    if (found === undefined || says(job)) continue
    report(
      found.path,
      'npx fetches whatever bears the name today, where it is not installed',
      'write "NPM_CONFIG_YES: \'false\'" under "env:" at the top',
    )
    return
  }
}

function checkSteps({ name, job, runs }: Job, report: Report): void {
  // A whole job may come from elsewhere, too.
  checkPin(job['uses'], ['jobs', name, 'uses'], report)
  for (const [i, step] of stepsOf(job).entries()) {
    const path = ['jobs', name, 'steps', i]
    const uses = step['uses']
    checkPin(uses, [...path, 'uses'], report)
    if (typeof uses === 'string' && uses.startsWith('actions/checkout@')) checkCheckout(step, path, report)
    const script = isJsonObject(step['with']) ? step['with']['script'] : undefined
    if (typeof script === 'string') checkText(script, [...path, 'with', 'script'], report)
  }
  for (const { text, path } of runs) checkText(text, path, report)
}

function checkPin(uses: unknown, path: Path, report: Report): void {
  if (typeof uses !== 'string' || isPinned(uses)) return
  report(
    path,
    `"${uses}" can become another program at any time`,
    `write the commit of the version that you have read: ${uses.split('@')[0]}@40-DIGITS # VERSION`,
  )
}

function isPinned(uses: string): boolean {
  if (uses.startsWith('./')) return true
  return uses.startsWith('docker://') ? /@sha256:[0-9a-f]{64}$/.test(uses) : /^[^@]+@[0-9a-f]{40}$/.test(uses)
}

function checkCheckout(step: JsonObject, path: Path, report: Report): void {
  const keeps = isJsonObject(step['with']) ? step['with']['persist-credentials'] : undefined
  if (keeps === false || keeps === 'false') return
  report(
    [...path, 'uses'],
    'the token of the job stays in the checkout',
    'write "persist-credentials: false" under "with:"',
  )
}

/** A title of a pull request is written by whoever opens it, and would be a part of the program. */
function checkText(text: string, path: Path, report: Report): void {
  const [, expression] = /\$\{\{\s*(.*?)\s*\}\}/s.exec(text) ?? []
  if (expression === undefined) return
  report(path, `"${expression}" becomes a part of the program before it runs`, 'put it under "env:" and write "$NAME"')
}

function checkTimeout({ name, job, rents }: Job, report: Report): void {
  const minutes = job['timeout-minutes']
  if (typeof job['uses'] === 'string') return
  const path = ['jobs', name, 'timeout-minutes']
  if (typeof minutes !== 'number') {
    report(path, `the job "${name}" has no end`, 'write "timeout-minutes:"')
  } else if (rents !== undefined && minutes >= rents * 60) {
    report(
      path,
      `the job "${name}" ends after ${minutes} minutes, its machine at ${rents} hours at the latest`,
      `write less than ${rents * 60}, or more under "--hours"`,
    )
  }
}

/** Secrets that an environment does not guard are everybody's who may push a branch. */
function checkSecrets({ name, job }: Job, report: Report): void {
  const secret = job['secrets'] === 'inherit' ? 'of every name' : secretIn(job)
  if (secret === undefined || job['environment'] !== undefined) return
  report(
    ['jobs', name],
    `the job "${name}" reads the secret ${secret} outside of an environment`,
    'write "environment:", and put the secret there',
  )
}

function checkCommonSecrets({ root }: ReadYaml, report: Report): void {
  const secret = secretIn(root['env'])
  if (secret === undefined) return
  report(['env'], `every job has the secret ${secret}`, 'write it under "env:" of the job that needs it')
}

/** The first secret that expressions read, as `secrets.NAME`, `secrets['NAME']` or all at once. */
function secretIn(value: unknown): string | undefined {
  const expressions = [...(JSON.stringify(value) ?? '').matchAll(/\$\{\{.*?\}\}/g)].join(' ')
  const found = expressions.matchAll(/\bsecrets\b(?:\s*\.\s*([A-Za-z_]\w*)|\s*\[\s*'([^']*)'\s*\])?/gi)
  return [...found].map(([, name, quoted]) => name ?? quoted ?? 'of every name').find(one => one !== 'GITHUB_TOKEN')
}

function checkPaid({ root }: ReadYaml, paid: Job, jobs: readonly Job[], report: Report): void {
  const { name, job } = paid
  const path = ['jobs', name]
  if (job['environment'] === undefined)
    report(path, `the job "${name}" rents machines outside of an environment`, 'write "environment: chestnut"')
  const turns = concurrencyOf(job) ?? concurrencyOf(root)
  if (turns === undefined) {
    report(
      path,
      `two runs of "${name}" may rent at once`,
      'write "concurrency:" with a group, and "cancel-in-progress: false"',
    )
  } else if (turns['cancel-in-progress'] !== undefined && turns['cancel-in-progress'] !== false) {
    const at = concurrencyOf(job) === undefined ? ['concurrency'] : [...path, 'concurrency']
    report(
      [...at, 'cancel-in-progress'],
      'a run may be ended in the middle of renting',
      'write "cancel-in-progress: false"',
    )
  }
  checkFork(root, paid, report)
  checkTeardown(paid, jobs, report)
}

function concurrencyOf(where: JsonObject): JsonObject | undefined {
  const found = where['concurrency']
  if (typeof found === 'string') return { group: found }
  return isJsonObject(found) ? found : undefined
}

function checkFork(root: JsonObject, { name, job }: Job, report: Report): void {
  const on = root['on']
  const isPull =
    on === 'pull_request' ||
    (Array.isArray(on) && on.includes('pull_request')) ||
    (isJsonObject(on) && 'pull_request' in on)
  if (!isPull || /head\.repo\.full_name\s*==\s*github\.repository/.test(String(job['if'] ?? ''))) return
  report(
    ['jobs', name, 'if'],
    `the job "${name}" begins for pull requests of forks`,
    'write "if: github.event.pull_request.head.repo.full_name == github.repository"',
  )
}

/** A step of the paid job does not run when its runner dies. */
function checkTeardown({ name, job }: Job, jobs: readonly Job[], report: Report): void {
  const teardown = jobs.find(
    other => other.name !== name && needs(other.job).includes(name) && other.runs.some(({ text }) => stops.test(text)),
  )
  if (teardown === undefined) {
    report(
      ['jobs', name],
      `nothing gives the machines of "${name}" back when its runner dies`,
      `add a job that "needs: ${name}", with "if: always()", that runs "chestnut machines stop --all"`,
    )
    return
  }
  if (!/\balways\(\)/.test(String(teardown.job['if'] ?? '')))
    report(['jobs', teardown.name], `"${teardown.name}" is left out when "${name}" fails`, 'write "if: always()"')
  const owner = ownerOf(job)
  if (owner === undefined || owner !== ownerOf(teardown.job)) {
    report(
      ['jobs', teardown.name, 'env', 'CHESTNUT_OWNER'],
      `"${teardown.name}" would give back the machines of other runs, or not those of "${name}"`,
      'write the same "CHESTNUT_OWNER:" of this very pull request under "env:" of both jobs',
    )
  }
}

const stops = /\bchestnut\s+machines\s+stop\b/

function needs(job: JsonObject): readonly string[] {
  const found = job['needs']
  return Array.isArray(found) ? found.map(String) : found === undefined ? [] : [String(found)]
}

function ownerOf(job: JsonObject): string | undefined {
  const owner = isJsonObject(job['env']) ? job['env']['CHESTNUT_OWNER'] : undefined
  return typeof owner === 'string' && owner !== '' ? owner : undefined
}
