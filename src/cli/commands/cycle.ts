import { duration, Misuse } from '../../core/index.ts'
import type { Config, StageOutcome } from '../../project/index.ts'
import { crossValidate, runCycle, type StageName } from '../../project/index.ts'
import { paint } from '../output.ts'
import { type CommonOptions, inProject, type Session } from '../session.ts'
import { profileLines } from './profile-lines.ts'
import { stageLines } from './stage-lines.ts'

interface CycleOptions extends CommonOptions {
  readonly split?: 'patient' | 'image'
  readonly epochs?: number
  readonly folds?: number
  readonly seeds?: number
}

/** Runs one stage with those before it, or the whole cycle. */
export async function cycle(name: string, options: CycleOptions): Promise<void> {
  if (options.seeds !== undefined && options.folds === undefined) {
    throw new Misuse('Cannot use "--seeds": it repeats a cross-validation, wanted "--folds" beside it', {
      next: `chestnut evaluate --folds 5 --seeds ${options.seeds}`,
    })
  }
  await inProject({ ...options, change: config => changed(config, options) }, async session => {
    if (options.folds !== undefined) return validateByFolds(session, options.folds, options.seeds)
    const outcomes = await runStages(session, name === 'run' ? 'run' : (name as StageName))
    if (options.profile) tellProfiles(session)
    const records = outcomes.map(outcome => recordOf(outcome, session))
    session.output.record(name === 'run' ? records : records.at(-1))
  })
}

/** Runs the stages up to one, or all of them, and says what each did. */
export async function runStages(session: Session, upTo: StageName | 'run'): Promise<readonly StageOutcome[]> {
  const outcomes: StageOutcome[] = []
  const stages =
    upTo === 'run' ? runCycle(session.workspace, 'publish', { explore: true }) : runCycle(session.workspace, upTo)
  for await (const outcome of stages) {
    outcomes.push(outcome)
    session.display.clear()
    const took = Date.parse(outcome.record.ended) - Date.parse(outcome.record.started)
    const state = outcome.ran ? duration(took) : 'nothing changed, kept'
    session.output.say(
      `${paint('bold', outcome.stage.padEnd(9), process.stdout)} ${paint('dim', state, process.stdout)}`,
    )
    for (const line of await stageLines(outcome)) session.output.say(`  ${line}`)
  }
  return outcomes
}

function changed(config: Config, options: CycleOptions): Config {
  return {
    ...config,
    split: options.split === undefined ? config.split : { ...config.split, by: options.split },
    train: options.epochs === undefined ? config.train : { ...config.train, epochs: options.epochs },
  }
}

/** The stage that trains holds its profile. */
function recordOf({ stage, ran, record }: StageOutcome, { profiles: [profile] }: Session): unknown {
  return { ran, ...record, ...(stage === 'train' && profile !== undefined ? { profile } : {}) }
}

function tellProfiles({ profiles, output }: Session): void {
  for (const profile of profiles) for (const line of profileLines(profile)) output.say(line)
  if (profiles.length === 0) output.note('Nothing was trained, so there is no profile: --force trains again')
}

async function validateByFolds(session: Session, folds: number, seeds: number | undefined): Promise<void> {
  const result = await crossValidate(session.workspace, { folds, seeds })
  session.display.clear()
  const { output } = session
  output.record(result)
  const times = result.repetitions.length
  const spread = times === 1 ? 'one seed' : `mean of ${times} seeds (sd ${result.deviation.toFixed(3)})`
  output.say(`AUROC ${intervalText(result.auroc)}, ${folds} folds by patient, pooled out of fold, ${spread}`)
  if (result.baseline) {
    output.say(`metadata alone ${intervalText(result.baseline.auroc)}, gain ${intervalText(result.baseline.gain)}`)
  }
  output.say(result.comparison)
}

function intervalText({
  value,
  low,
  high,
}: {
  readonly value: number
  readonly low: number
  readonly high: number
}): string {
  return `${value.toFixed(3)} (95 % interval ${low.toFixed(3)} to ${high.toFixed(3)})`
}
