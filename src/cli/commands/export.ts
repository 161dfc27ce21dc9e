import { relative, resolve } from 'node:path'
import { exportModel } from '../../project/index.ts'
import { modelReference } from '../model-reference.ts'
import { type CommonOptions, inProject } from '../session.ts'

export interface ExportFlags extends CommonOptions {
  readonly to: string
}

/** Writes a model for other tools, and the lines of Python that ask it. */
export async function exportForOthers(typed: string | undefined, options: ExportFlags): Promise<void> {
  await inProject(options, async ({ workspace, output, display }) => {
    const folder = resolve(options.to)
    const exported = await exportModel(workspace, folder, modelReference(typed))
    display.clear()
    output.record(exported)
    const [model, script] = exported.files.map(path => relative(process.cwd(), path))
    output.say(
      `Exported ${exported.model === 'file' ? typed : exported.model} to ${model}: a film in, probabilities out`,
    )
    output.say(`${script} asks it about a film:`)
    output.say()
    for (const line of exported.python) output.say(line)
    output.say()
    output.say(
      `next: pip install onnxruntime numpy pillow, then cd ${relative(process.cwd(), folder) || '.'} && python predict.py FILM`,
    )
  })
}
