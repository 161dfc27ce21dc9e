import { join } from 'node:path'
import { exportedModel, pythonLines } from '../models/index.ts'
import { makeFolder, writeFileWhole } from '../store/index.ts'
import { openModel } from './open-model.ts'
import type { Workspace } from './workspace.ts'

export interface Exported {
  readonly format: 'chestnut.exported/1'
  /** `pneumonia@3`, or `file`. */
  readonly model: string
  /** SHA-256 of the model that was exported. */
  readonly digest: string
  readonly files: readonly string[]
  /** What `predict.py` holds. */
  readonly python: readonly string[]
}

/**
 * Writes a model for programs that know nothing of Chestnut: `model.onnx` takes the grey levels of a film and gives probabilities,
 * `predict.py` asks it.
 *
 * @param reference a model file or a version; default: the project's model in production
 */
export async function exportModel(
  workspace: Workspace,
  folder: string,
  reference: string | undefined,
): Promise<Exported> {
  const model = await openModel(workspace, reference)
  const { bytes, card } = exportedModel(model.bytes)
  const files = [join(folder, 'model.onnx'), join(folder, 'predict.py')] as const
  await makeFolder(folder)
  await writeFileWhole(files[0], bytes)
  await writeFileWhole(files[1], `${pythonLines.join('\n')}\n`)
  return { format: 'chestnut.exported/1', model: model.reference, digest: card.model, files, python: pythonLines }
}
