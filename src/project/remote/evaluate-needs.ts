import { decode } from '../../graph/index.ts'
import { readCard } from '../../models/index.ts'
import type { LabelledFilms } from '../stages/prepare.ts'
import type { Workspace } from '../workspace.ts'
import { filmFiles, withoutNames } from './film-needs.ts'
import type { StageNeeds } from './stage-needs.ts'

/** Where the model lies in a bundle. */
export const modelPath = 'model.onnx'

/** What an evaluation takes along: the model, pixels of the testing films, and facts and labels of those of the training. */
export async function evaluateNeeds(
  workspace: Workspace,
  { rows, targets, dataset }: LabelledFilms,
  model: Uint8Array,
): Promise<StageNeeds> {
  const { contract } = readCard(decode(model))
  const testing = rows.filter(({ split }) => split === 'test')
  const used = rows.filter(({ split }) => split === 'test' || split === 'train')
  const files = await filmFiles(workspace, testing, contract)
  return {
    given: { rows: withoutNames(used), targets, dataset },
    files: [...files, { path: modelPath, from: model, isProgram: false }],
    films: testing.length,
    form: 'pixels',
  }
}
