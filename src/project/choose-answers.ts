import type { CachedFilms, FilmRow } from '../dataset/index.ts'
import { type AnswerRule, calibrateLabel } from '../evaluate/index.ts'
import { draftClassifier, type Network, prevalenceOfEach } from '../models/index.ts'
import { classifyRows } from './classify-rows.ts'
import type { Config } from './config.ts'
import { judgementOf } from './judgement.ts'
import { placesWith } from './label-matrix.ts'
import type { Workspace } from './workspace.ts'

/**
 * Calibration and threshold of each target, in their order, from the same path from film to answer that will be served; each
 * from the validation films that have a label of it.
 */
export async function chooseAnswers(
  workspace: Workspace,
  network: Network,
  targets: readonly string[],
  { training, validation }: { readonly training: CachedFilms; readonly validation: CachedFilms },
): Promise<readonly AnswerRule[]> {
  const { config, engine, progress } = workspace
  await using draft = await draftClassifier(network, targets, engine)
  const judgement = await classifyRows(workspace, draft, validation, 'Calibrating')
  const prevalences = statedPrevalences(config, targets)
  return targets.map((target, k) => {
    const { scores, labels, patients } = judgementOf(judgement, target)
    const rule = calibrateLabel(
      { logits: scores, labels, patients },
      {
        map: config.calibration.map,
        interval: config.calibration.interval,
        prevalence: prevalences[k],
        threshold: config.threshold,
        trainedShare: config.train.classWeights ? 0.5 : shareIn(training.rows, target),
        seed: config.seed,
      },
    )
    const { note } = rule.calibration
    if (note !== undefined) progress({ kind: 'warning', text: `${target}: ${note}` })
    return rule
  })
}

/**
 * The prevalence that the configuration states for each target; undefined where it states none.
 *
 * @throws {Misuse} when it states one for a finding that is no target, or one for several
 */
export function statedPrevalences(
  { calibration: { prevalence } }: Config,
  targets: readonly string[],
): readonly (number | undefined)[] {
  return prevalence === undefined ? [] : prevalenceOfEach(targets, prevalence)
}

/** The share of films with the target among those that have a label of it; undefined where none has. */
function shareIn(rows: readonly FilmRow[], target: string): number | undefined {
  const known = placesWith(rows, target)
  const positives = known.filter(place => rows[place]?.labels[target] === 1).length
  return known.length === 0 ? undefined : positives / known.length
}
