import { productionAlias } from '../production-alias.ts'
import type { StageOutcome } from '../stage.ts'
import { runStage } from '../stage.ts'
import { track } from '../tracked/send-run.ts'
import type { Workspace } from '../workspace.ts'
import type { PreparedFilms } from './prepare.ts'

/** Registers the model and makes it the one in production. Publishing the same model again changes nothing. */
export async function publishStage(
  workspace: Workspace,
  prepared: PreparedFilms,
  trained: StageOutcome,
  evaluated: StageOutcome,
): Promise<StageOutcome> {
  const { config, registry, clock } = workspace
  const outcome = await runStage(workspace, {
    name: 'publish',
    version: 1,
    settings: { name: config.name },
    inputs: { model: digestOfOutput(trained, 'model.onnx'), evaluation: digestOfOutput(evaluated, 'evaluation.json') },
    run: async () => {
      const version = await registry.publish({
        name: config.name,
        model: await trained.read('model.onnx'),
        dataset: prepared.dataset,
        run: trained.record.id,
        metrics: evaluated.record.metrics,
        created: new Date(clock.now()).toISOString(),
      })
      return {
        outputs: { 'version.json': `${JSON.stringify(version, null, 2)}\n` },
        metrics: { version: version.version },
      }
    },
  })
  const isNew = await promote(workspace, outcome)
  if (outcome.ran || isNew) await track(workspace, outcome.record)
  return outcome
}

/** The alias is outside the cache: a version that was published before may have to come back into production. @returns whether it did */
async function promote(workspace: Workspace, outcome: StageOutcome): Promise<boolean> {
  const { config, registry, clock } = workspace
  const number = outcome.record.metrics['version'] ?? 0
  const history = await registry.history(config.name, productionAlias)
  if (history.at(-1)?.version === number) return false
  const version = await registry.find(`${config.name}@${number}`)
  await registry.promote(version, productionAlias, new Date(clock.now()).toISOString())
  return true
}

/** The digest under which a stage kept an output. */
export function digestOfOutput(
  outcome: { readonly stage: string; readonly record: Pick<StageOutcome['record'], 'outputs'> },
  name: string,
): string {
  const digest = outcome.record.outputs[name]
  if (digest === undefined) throw new Error(`The stage "${outcome.stage}" made no "${name}"`)
  return digest
}
