import type { RunRecord } from '../../core/index.ts'
import type { Bill, StageBill } from '../../evaluate/index.ts'
import { euros, ledgerOf } from '../../machines/index.ts'
import type { Machines } from '../machines.ts'
import { type RemoteRun, remoteRuns } from '../remote/find-run.ts'
import type { Workspace } from '../workspace.ts'
import { type KeptCycle, keyOf } from './kept-cycle.ts'

/** The work of a change on other machines: stages with the beginnings of their keys. */
export type Works = readonly { readonly stage: string; readonly key: string }[]

export function worksOf({ outcomes, failure, missing }: KeptCycle): Works {
  const done = outcomes.map(({ stage, record }) => ({ stage, key: keyOf(record.id) }))
  return failure === undefined || missing === undefined
    ? done
    : [...done, { stage: failure.stage, key: missing.slice(0, 8) }]
}

/** The runs on other machines that belong to a change. */
export async function runsOf({ store }: Pick<Workspace, 'store'>, works: Works): Promise<readonly RemoteRun[]> {
  const runs = await remoteRuns(store)
  return runs.filter(run => works.some(({ stage, key }) => run.stage === stage && run.key.startsWith(key)))
}

/** What the stages of a change took and cost, attempts that failed included, beside those of the base. */
export async function billOf(
  { clock }: Workspace,
  { journal }: Pick<Machines, 'journal'>,
  runs: readonly RemoteRun[],
  { outcomes, failure }: KeptCycle,
  base: readonly RunRecord[],
): Promise<Bill> {
  const ledger = ledgerOf(await journal.read())
  const rented = (stage: string): number | undefined => {
    const own = runs.filter(run => run.stage === stage)
    const costs = ledger.filter(cost => own.some(({ run }) => run === cost.run))
    return costs.length === 0 ? undefined : costs.reduce((sum, cost) => sum + euros(cost, clock.now()), 0)
  }
  const beside = (stage: string): StageBill['base'] => {
    const record = base.find(one => one.stage === stage)
    return record === undefined ? null : { seconds: secondsOf(record), euros: record.cost?.amount ?? 0 }
  }
  const stages: StageBill[] = outcomes.map(({ stage, record }) => ({
    stage,
    seconds: secondsOf(record),
    where: whereOf(record),
    euros: cents(rented(stage) ?? record.cost?.amount ?? 0),
    base: beside(stage),
  }))
  if (failure !== undefined) {
    const { stage, seconds = null } = failure
    const spent = rented(stage)
    const where = spent === undefined ? '–' : 'rented'
    stages.push({ stage, seconds, where, euros: cents(spent ?? 0), base: beside(stage) })
  }
  return { stages, euros: cents(stages.reduce((sum, stage) => sum + stage.euros, 0)) }
}

export function secondsOf({ started, ended }: RunRecord): number {
  return (Date.parse(ended) - Date.parse(started)) / 1000
}

/** The kind of machine, not whose it is. */
function whereOf({ machine: { rented, cpu, cores } }: RunRecord): string {
  return rented ?? `${cpu}, ${cores} ${cores === 1 ? 'core' : 'cores'}`
}

function cents(amount: number): number {
  return Number(amount.toFixed(6))
}
