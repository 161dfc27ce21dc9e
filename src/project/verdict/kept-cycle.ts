import { Interrupted, Problem, type RunRecord } from '../../core/index.ts'
import type { StageFailure } from '../../evaluate/index.ts'
import { NotMade } from '../not-made.ts'
import { remoteRuns } from '../remote/find-run.ts'
import type { StageOutcome } from '../stage.ts'
import { evaluateStage } from '../stages/evaluate.ts'
import { fetchStage } from '../stages/fetch.ts'
import { type PreparedFilms, prepareStage } from '../stages/prepare.ts'
import { trainStage } from '../stages/train.ts'
import type { Workspace } from '../workspace.ts'

/** How far this change came. */
export interface KeptCycle {
  readonly outcomes: readonly StageOutcome[]
  readonly prepared: PreparedFilms | undefined
  readonly trained: StageOutcome | undefined
  readonly evaluated: StageOutcome | undefined
  /** Left out where it came to the end. */
  readonly failure?: StageFailure
  /** Of the stage that is not there: see `stageKey`. */
  readonly missing?: string
}

/** The stages up to the evaluation. Nothing is trained here: a training is found, or it failed. */
export async function keptCycle(workspace: Workspace, records: readonly RunRecord[]): Promise<KeptCycle> {
  const looking: Workspace = { ...workspace, force: false, onlyKept: ['train'] }
  const outcomes: StageOutcome[] = []
  const note = (outcome: StageOutcome): StageOutcome => {
    outcomes.push(outcome)
    return outcome
  }
  let [prepared, trained, evaluated]: [PreparedFilms?, StageOutcome?, StageOutcome?] = []
  let stage = 'fetch'
  try {
    const fetched = await fetchStage(looking)
    note(fetched.outcome)
    stage = 'prepare'
    prepared = await prepareStage(looking, fetched)
    note(prepared.outcome)
    stage = 'train'
    trained = note(await trainStage(looking, prepared))
    stage = 'evaluate'
    evaluated = note(await evaluateStage(looking, prepared, trained))
    return { outcomes, prepared, trained, evaluated }
  } catch (error) {
    if (!(error instanceof Problem) || error instanceof Interrupted) throw error
    const so = { outcomes, prepared, trained, evaluated }
    if (error instanceof NotMade)
      return { ...so, failure: await whyMissing(workspace, records, error), missing: error.key }
    workspace.progress({ kind: 'warning', text: error.message })
    return { ...so, failure: { stage, status: 'failed', error: error.name } }
  }
}

/** What the store knows of a run that made nothing. */
async function whyMissing(
  { store }: Workspace,
  records: readonly RunRecord[],
  { stage, key }: NotMade,
): Promise<StageFailure> {
  const record = records.findLast(one => one.stage === stage && isOfKey(one, key))
  if (record !== undefined && record.status !== 'done') {
    const seconds = (Date.parse(record.ended) - Date.parse(record.started)) / 1000
    return { stage, status: record.status, seconds, ...(record.error === undefined ? {} : { error: record.error }) }
  }
  const begun = (await remoteRuns(store)).some(run => run.key === key)
  return { stage, status: begun ? 'lost' : 'missing' }
}

/** Whether a record is of a work: its id holds the beginning of the work's key. */
function isOfKey({ id }: RunRecord, key: string): boolean {
  return keyOf(id) === key.slice(0, 8)
}

/** The beginning of a work's key, out of the id of a run. */
export function keyOf(id: string): string {
  return id.split('-')[1] ?? ''
}
