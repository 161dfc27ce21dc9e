import { Misuse } from '../core/index.ts'

const stageForm = /^[a-z][a-z0-9]{0,15}$/
const runForm = /^[0-9a-f]{12}$/
const nameForm = /^chestnut-([a-z][a-z0-9]{0,15})-([0-9a-f]{12})(?:-[a-z0-9-]+)?$/

/** What everything that a run has is called: the machine by this name, its volumes and addresses by this name and a part. */
export function machineName(stage: string, run: string, part?: string): string {
  if (!stageForm.test(stage))
    throw new Misuse(`Cannot name a machine for "${stage}": wanted at most 16 small letters and digits`)
  checkRun(run)
  return `chestnut-${stage}-${run}${part === undefined ? '' : `-${part}`}`
}

/** The stage and run that a name tells; undefined when it is none of ours. */
export function parseMachineName(name: string): { readonly stage: string; readonly run: string } | undefined {
  const [, stage, run] = nameForm.exec(name) ?? []
  return stage === undefined || run === undefined ? undefined : { stage, run }
}

/** @throws Misuse when it is no run's key. */
export function checkRun(run: string): void {
  if (!runForm.test(run)) throw new Misuse(`Cannot use "${run}" as a run: wanted 12 hexadecimal digits`)
}
