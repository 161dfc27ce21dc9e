import type { RunRecord } from '../../core/index.ts'
import type { ModelCard } from '../../models/index.ts'
import { blobs } from '../../store/index.ts'
import { judgeFilms } from '../judge-films.ts'
import { type FilmAnswers, predictionsTable, readPredictions } from '../predictions-table.ts'
import { runStage } from '../stage.ts'
import type { LabelledFilms } from '../stages/prepare.ts'
import type { Workspace } from '../workspace.ts'
import type { Base } from './find-base.ts'

/** What the base says of the testing films of now: as it was asked before, or asked now. By row. */
export async function baseAnswers(
  workspace: Workspace,
  records: readonly RunRecord[],
  { rows, dataset }: Pick<LabelledFilms, 'rows' | 'dataset'>,
  { model, digest, card }: Pick<Base, 'model' | 'digest'> & { readonly card: ModelCard },
): Promise<ReadonlyMap<number, FilmAnswers>> {
  const kept = blobs(workspace.store)
  const before = records.findLast(
    ({ stage, status, inputs, outputs }) =>
      stage === 'evaluate' &&
      status === 'done' &&
      inputs['model'] === digest &&
      inputs['dataset'] === dataset &&
      outputs['predictions.csv'] !== undefined,
  )?.outputs['predictions.csv']
  if (before !== undefined && (await kept.has(before)))
    return readPredictions(new TextDecoder().decode(await kept.get(before)), card.classes)
  const outcome = await runStage(workspace, {
    name: 'compare',
    version: 1,
    settings: { maxBad: workspace.config.maxBad },
    inputs: { model: digest, dataset },
    run: async () => {
      const judged = await judgeFilms(workspace, rows, model, 'Asking the base')
      return {
        outputs: { 'base_predictions.csv': predictionsTable(judged, judged.thresholds) },
        metrics: { films: judged.rows.length, bad: judged.bad },
      }
    },
  })
  return readPredictions(new TextDecoder().decode(await outcome.read('base_predictions.csv')), card.classes)
}
