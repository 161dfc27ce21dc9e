import { isJsonObject, type JsonObject } from '../core/index.ts'

/** What the jobs of a run left behind, as far as they came. */
export interface CiRun {
  /** By the jobs' names; a runner that died says "failure", or nothing. */
  readonly jobs: Readonly<Record<string, JobEnd>>
  /** `verdict.json` and `verdict.md`; undefined where there are none. */
  readonly verdict: { readonly data: JsonObject; readonly markdown: string } | undefined
  /** What the teardown printed; undefined where it did not come to that. */
  readonly machines: JsonObject | undefined
  /** The commit that it is about. */
  readonly commit: string | undefined
  /** Where the log is. */
  readonly url: string | undefined
}

export interface JobEnd {
  /** "success", "failure", "cancelled", "skipped" */
  readonly result: string
  /** Of its stages, by their names. */
  readonly outcomes: Readonly<Record<string, string>>
}

/** What to tell people of a run. */
export interface CiOutcome {
  readonly title: string
  readonly markdown: string
  /** Undefined: there is no gate, or none that can say. */
  readonly passed: boolean | undefined
  readonly summary: string
}

/** The jobs as GitHub's `toJSON(needs)` has them. */
export function parseNeeds(value: unknown): CiRun['jobs'] {
  if (!isJsonObject(value)) return {}
  const jobs = Object.entries(value).map(([name, found]) => {
    const job = isJsonObject(found) ? found : {}
    const outputs = isJsonObject(job['outputs']) ? job['outputs'] : {}
    const outcomes = Object.entries(outputs).filter((pair): pair is [string, string] => typeof pair[1] === 'string')
    return [name, { result: String(job['result'] ?? 'unknown'), outcomes: Object.fromEntries(outcomes) }] as const
  })
  return Object.fromEntries(jobs)
}

/** The truth about a run: a verdict of another commit is none, and what is not known is not said to be well. */
export function outcomeOf(run: CiRun): CiOutcome {
  const verdict = ownVerdict(run)
  const failure = failureOf(run, verdict)
  const machines = machinesText(run)
  const title = failure?.title ?? headingOf(verdict) ?? 'The verdict'
  const parts = [
    failure === undefined ? undefined : `# ${title}`,
    failure?.markdown,
    verdict?.markdown.trim(),
    machines.markdown,
    sourceOf(run),
  ]
  return {
    title,
    markdown: `${parts.filter(part => part !== undefined && part !== '').join('\n\n')}\n`,
    passed: failure === undefined && machines.isWell ? gateOf(verdict) : false,
    summary: [failure?.summary ?? textOf(verdict?.data['summary']), machines.summary]
      .filter(part => part !== undefined)
      .join(' '),
  }
}

/** One comment is written over with every push: it says which of them it is about. */
function sourceOf({ commit, url }: CiRun): string {
  return [
    commit !== undefined && /^[0-9a-f]{40,64}$/.test(commit) ? `Commit ${commit}.` : '',
    url === undefined ? '' : `[The run and its log](${url})`,
  ]
    .filter(part => part !== '')
    .join(' ')
}

function ownVerdict({ verdict, commit }: CiRun): CiRun['verdict'] {
  const of = textOf(verdict?.data['commit'])
  return of !== undefined && commit !== undefined && of !== commit ? undefined : verdict
}

/** The first line of its text. */
function headingOf(verdict: CiRun['verdict']): string | undefined {
  return textOf(/^#\s+(.+)$/m.exec(verdict?.markdown ?? '')?.[1])
}

function gateOf(verdict: CiRun['verdict']): boolean | undefined {
  const passed = verdict?.data['passed']
  return typeof passed === 'boolean' ? passed : undefined
}

interface Failure {
  readonly title: string
  readonly markdown: string
  readonly summary: string
}

const stageNames: Readonly<Record<string, string>> = {
  prepare: 'Preparing',
  train: 'Training',
  evaluate: 'Judging',
  report: 'Comparing',
  publish: 'Publishing',
}

/** Undefined where everything that was to be done was done, or the gate alone said no. */
function failureOf({ jobs }: CiRun, verdict: CiRun['verdict']): Failure | undefined {
  const { cycle, deploy } = jobs
  if (cycle === undefined) return unknownEnd('Nothing is known of how this run ended')
  // The verdict tells of a stage that failed, with its reason.
  const isTold = isJsonObject(verdict?.data['failure'])
  const saidNo = verdict?.data['passed'] === false
  const failed = Object.entries(cycle.outcomes).find(([stage, end]) => {
    return end === 'failure' && !(stage === 'report' ? saidNo : isTold)
  })
  if (failed !== undefined) return stageFailure(failed[0], cycle, verdict)
  if (cycle.result === 'cancelled') return unknownEnd('This run was cancelled')
  if (cycle.result !== 'success' && !saidNo) {
    return unknownEnd('This run ended before it was done: its runner died, or a step around the stages failed')
  }
  if (deploy?.result === 'failure' || deploy?.result === 'cancelled') {
    const says = 'The deployment failed. What answered before answers again, unless the log says otherwise.'
    return { title: 'The deployment failed', markdown: says, summary: says }
  }
  if (verdict === undefined) return unknownEnd('This run left no verdict')
  return undefined
}

function stageFailure(stage: string, cycle: JobEnd, verdict: CiRun['verdict']): Failure {
  const title = `${stageNames[stage] ?? stage} failed`
  const says =
    verdict === undefined ? 'There is no verdict on this commit.' : 'The verdict below was reached before that.'
  const rows = Object.entries(cycle.outcomes).map(([name, end]) => `| ${stageNames[name] ?? name} | ${endText(end)} |`)
  return {
    title,
    markdown: [says, '', '| stage | |', '| --- | --- |', ...rows].join('\n'),
    summary: `${title}. ${says}`,
  }
}

function endText(end: string): string {
  const texts: Readonly<Record<string, string>> = { success: 'done', failure: '**failed**', skipped: 'not begun' }
  return texts[end] ?? (end === '' ? 'not begun' : end)
}

function unknownEnd(title: string): Failure {
  const says = 'There is no verdict on this commit.'
  return { title, markdown: says, summary: `${title}. ${says}` }
}

interface MachinesText {
  readonly markdown: string | undefined
  readonly summary: string | undefined
  readonly isWell: boolean
}

/** What is left of what was rented. Nothing is said to be gone that nobody has looked for. */
function machinesText({ jobs, machines }: CiRun): MachinesText {
  const { teardown } = jobs
  if (teardown === undefined) return { markdown: undefined, summary: undefined, isWell: true }
  const left = listOf(machines?.['left'])
  if (teardown.result !== 'success' || machines === undefined || left.length > 0) {
    // By their names: on a person's computer "--all" is the project's own, the server too, and none of a pull request.
    const names = left.filter((name): name is string => typeof name === 'string' && /^[\w.-]+$/.test(name))
    const stop = ['npx chestnut machines stop', ...(names.length === 0 ? ['NAME'] : names)].join(' ')
    const says = `**Machines may be left, and are billed.** Look with \`npx chestnut machines list\`, and end them with \`${stop}\`.`
    return { markdown: `> [!CAUTION]\n> ${says}`, summary: 'Machines may be left.', isWell: false }
  }
  const destroyed = listOf(machines['destroyed']).filter(isJsonObject)
  const spent = destroyed.reduce((sum, { euros }) => sum + (typeof euros === 'number' ? euros : 0), 0)
  const late =
    destroyed.length === 0
      ? ''
      : ` The teardown had to give ${destroyed.length === 1 ? 'one' : destroyed.length} back, which had cost €${spent.toFixed(2)} by then.`
  return { markdown: `Machines left: 0.${late}`, summary: 'Machines left: 0.', isWell: true }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
