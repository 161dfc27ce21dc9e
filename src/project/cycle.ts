import { noteJudged } from './judged-commits.ts'
import type { StageOutcome } from './stage.ts'
import { evaluateStage } from './stages/evaluate.ts'
import { exploreStage } from './stages/explore.ts'
import { fetchStage } from './stages/fetch.ts'
import { prepareStage } from './stages/prepare.ts'
import { publishStage } from './stages/publish.ts'
import { trainStage } from './stages/train.ts'
import type { Workspace } from './workspace.ts'

export const stageNames = ['fetch', 'explore', 'prepare', 'train', 'evaluate', 'publish'] as const
export type StageName = (typeof stageNames)[number]

/**
 * Runs the cycle up to a stage and yields each outcome as it comes. `explore` is for people: no later stage reads it,
 * so it runs only when asked for or in the whole cycle.
 */
export async function* runCycle(
  workspace: Workspace,
  upTo: StageName,
  options: { readonly explore?: boolean } = {},
): AsyncGenerator<StageOutcome, void, void> {
  const fetched = await fetchStage(workspace)
  yield fetched.outcome
  if (upTo === 'fetch') return
  if (upTo === 'explore' || options.explore === true) yield await exploreStage(workspace, fetched)
  if (upTo === 'explore') return
  const prepared = await prepareStage(workspace, fetched)
  yield prepared.outcome
  if (upTo === 'prepare') return
  const trained = await trainStage(workspace, prepared)
  yield trained
  if (upTo === 'train') return
  const evaluated = await evaluateStage(workspace, prepared, trained)
  await noteJudged(workspace, trained)
  yield evaluated
  if (upTo === 'evaluate') return
  yield await publishStage(workspace, prepared, trained, evaluated)
}
