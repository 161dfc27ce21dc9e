import { resolve } from 'node:path'
import { Refusal } from '../../core/index.ts'
import { type Verdict, verdictTitle } from '../../evaluate/index.ts'
import { makeVerdict, openMachines, verdictFiles } from '../../project/index.ts'
import { makeFolder, writeFileWhole } from '../../store/index.ts'
import { commitsOf } from '../git.ts'
import { type Output, paint } from '../output.ts'
import { type CommonOptions, inProject, type Session } from '../session.ts'

export interface ReportFlags extends CommonOptions {
  /** A version, a model file or a reference of git. */
  readonly base?: string
  readonly out?: string
}

/** Says what a change did to the model, the data and the bill. @throws Refusal when a gate says no */
export async function report(flags: ReportFlags): Promise<void> {
  await inProject(flags, async session => {
    const { workspace, config, output, display } = session
    const { base, store, clock } = workspace
    const machines = openMachines(config, base, { clock, store, notice: output.warn })
    const verdict = await makeVerdict(workspace, machines, {
      base: flags.base,
      commits: reference => commitsOf(base, reference),
    })
    display.clear()
    const paths = await lay(session, verdict, flags.out)
    output.record(verdict)
    for (const line of linesOf(verdict, output)) output.say(line)
    for (const path of paths) output.say(`→ ${path}`)
    if (verdict.passed === false)
      throw new Refusal(`The change does not pass: ${failed(verdict)}`, { next: nextOf(verdict) })
  })
}

async function lay({ workspace }: Session, verdict: Verdict, out: string | undefined): Promise<readonly string[]> {
  const files = Object.entries(await verdictFiles(verdict))
  const folder = out === undefined ? undefined : resolve(out)
  if (folder !== undefined) await makeFolder(folder)
  const paths: string[] = []
  for (const [name, content] of files) {
    if (folder === undefined) paths.push(await workspace.layOut(name, content))
    else {
      await writeFileWhole(resolve(folder, name), content)
      paths.push(resolve(folder, name))
    }
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
  if (machines.left > 0) return 'chestnut machines stop --all'
  return failure === undefined ? 'read verdict.html: it says what each gate found' : `chestnut ${failure.stage}`
}
