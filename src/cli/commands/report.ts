import { join, resolve } from 'node:path'
import { Interrupted, Problem, Refusal, systemClock } from '../../core/index.ts'
import { type Verdict, verdictTitle } from '../../evaluate/index.ts'
import { makeVerdict, openMachines, type VerdictFiles, verdictFiles } from '../../project/index.ts'
import {
  openPublishers,
  type Posted,
  type Publisher,
  parsePublisherNames,
  usualPublishers,
} from '../../report/index.ts'
import { makeFolder, writeFileWhole } from '../../store/index.ts'
import { commitsOf } from '../git.ts'
import { type Output, paint } from '../output.ts'
import { type CommonOptions, inProject, type Session } from '../session.ts'

export interface ReportFlags extends CommonOptions {
  /** A version, a model file or a reference of git. */
  readonly base?: string
  readonly out?: string
  /** Names of publishers with commas between; `auto`: those of the workflow that this runs in. */
  readonly publish?: string
}

/** Says what a change did to the model, the data and the bill. @throws Refusal when a gate says no */
export async function report(flags: ReportFlags): Promise<void> {
  await inProject(flags, async session => {
    const { workspace, config, output, display } = session
    const { base, store, clock } = workspace
    const machines = openMachines(config, base, { clock, store, notice: output.warn })
    const folder = flags.out === undefined ? resolve(base, config.output) : resolve(flags.out)
    const places = await publishersOf(folder, flags.publish)
    const verdict = await makeVerdict(workspace, machines, {
      base: flags.base,
      commits: reference => commitsOf(base, reference),
    })
    display.clear()
    const files = await verdictFiles(verdict)
    const paths = await lay(folder, files)
    output.record(verdict)
    for (const line of linesOf(verdict, output)) output.say(line)
    for (const path of paths) output.say(`→ ${path}`)
    const failures = await publish(session, places, verdict, files)
    for (const { message } of verdict.passed === false ? failures : failures.slice(1)) output.warn(message)
    if (verdict.passed === false)
      throw new Refusal(`The change does not pass: ${failed(verdict)}`, { next: nextOf(verdict) })
    if (failures[0] !== undefined) throw failures[0]
  })
}

/** Before the work: a place that is not known is told at once. */
async function publishersOf(folder: string, names: string | undefined): Promise<readonly Publisher[]> {
  if (names === undefined) return []
  const wanted = names === 'auto' ? await usualPublishers() : parsePublisherNames(names)
  return openPublishers(wanted, { folder: join(folder, 'posted'), clock: systemClock })
}

/** Every place gets it, also where another one fails. @returns what failed */
async function publish(
  { output, signal }: Session,
  places: readonly Publisher[],
  verdict: Verdict,
  files: VerdictFiles,
): Promise<readonly Problem[]> {
  const posted: Posted = {
    key: 'verdict',
    title: verdictTitle(verdict),
    markdown: files['verdict.md'],
    passed: verdict.passed ?? undefined,
    summary: verdict.summary,
  }
  const failures: Problem[] = []
  for (const place of places) {
    try {
      const { where, was } = await place.publish(posted, { signal })
      output.say(`${place.name}: ${was}, ${where}`)
    } catch (error) {
      if (!(error instanceof Problem) || error instanceof Interrupted) throw error
      failures.push(error)
    }
  }
  return failures
}

async function lay(folder: string, files: VerdictFiles): Promise<readonly string[]> {
  await makeFolder(folder)
  const paths: string[] = []
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    await writeFileWhole(path, content)
    paths.push(path)
  }
  return paths
}

const colours = { pass: 'green', fail: 'red', unknown: 'yellow' } as const

function linesOf(verdict: Verdict, { json }: Output): readonly string[] {
  if (json) return []
  const width = Math.max(...verdict.gates.map(({ title }) => title.length))
  return [
    paint('bold', verdictTitle(verdict), process.stdout),
    verdict.summary,
    ...verdict.gates.map(({ outcome, title, sentence }) => {
      const mark = paint(colours[outcome], outcome.padEnd(7), process.stdout)
      return `  ${mark}  ${title.padEnd(width)}  ${sentence}`
    }),
  ]
}

function failed({ gates }: Verdict): string {
  return gates
    .filter(({ outcome }) => outcome === 'fail')
    .map(({ title }) => title)
    .join(', ')
}

/** What is done first about it. */
function nextOf({ failure, machines }: Verdict): string {
  if (machines.left > 0) return 'chestnut machines list'
  return failure === undefined ? 'read verdict.html: it says what each gate found' : `chestnut ${failure.stage}`
}
