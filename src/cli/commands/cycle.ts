import { duration, Misuse } from '../../core/index.ts'
import type { Config, StageOutcome } from '../../project/index.ts'
import { crossValidate, Detached, runCycle, type StageName, stageNames } from '../../project/index.ts'
import { onMachine, type RemoteFlags } from '../on-machine.ts'
import { paint } from '../output.ts'
import { type CommonOptions, inProject, type Session } from '../session.ts'
import { crossValidationLines } from './cross-validation-lines.ts'
import { profileLines } from './profile-lines.ts'
import { stageLines } from './stage-lines.ts'

export interface CycleOptions extends CommonOptions, RemoteFlags {
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
  if (name !== 'run' && !stageNames.some(stage => stage === name)) {
    throw new Misuse(`Cannot run the stage "${name}": there is none of this name, wanted ${stageNames.join(', ')}`)
  }
  await inProject({ ...options, change: config => changed(config, options) }, async session => {
    if (options.folds !== undefined) return validateByFolds(session, options.folds, options.seeds)
    const outcomes = await attended(session, async () =>
      runStages(await onMachine(session, name, options), name === 'run' ? 'run' : (name as StageName)),
    )
    if (outcomes === undefined) return
    if (options.profile) tellProfiles(session)
    const records = outcomes.map(outcome => recordOf(outcome, session))
    session.output.record(name === 'run' ? records : records.at(-1))
  })
}

/** What was done, unless somebody is to come back for it. */
async function attended<T>({ display, output }: Session, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Detached)) throw error
    const { run, until, message, next } = error
    display.clear()
    output.record({ format: 'chestnut.detached/1', run, until: new Date(until).toISOString() })
    output.say(`${message}; its machine goes at ${new Date(until).toISOString()} at the latest`)
    output.say(`next: ${next}, before that`)
    return undefined
  }
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
  session.output.record(result)
  for (const line of crossValidationLines(result)) session.output.say(line)
}
