import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { Misuse } from '../../core/index.ts'
import { configName } from '../../project/index.ts'
import { writeFileWhole } from '../../store/index.ts'
import { output } from '../output.ts'
import type { CommonOptions } from '../session.ts'

/** Writes a configuration with the defaults spelled out, ready to be edited. */
export async function init(options: CommonOptions & { data?: string; force?: boolean }): Promise<void> {
  const path = resolve(configName)
  if (existsSync(path) && options.force !== true) {
    throw new Misuse(`Cannot write "${configName}": it is there already, wanted an empty place`, {
      next: 'chestnut run, or chestnut init --force to replace it',
    })
  }
  const source =
    options.data === undefined
      ? { import: 'phantoms', call: 'phantoms({ patients: 400 })' }
      : await sourceOf(options.data)
  await writeFileWhole(path, template(source))
  const { say, record } = output({ json: options.json ?? false })
  record({ path })
  say(`Wrote ${configName}`)
  say('next: chestnut explore, then chestnut run')
}

interface SourceText {
  readonly import: string
  readonly call: string
}

/** Folders with a table beside them are read as NIH's, others as one folder a class. */
async function sourceOf(data: string): Promise<SourceText> {
  const folder = resolve(data)
  if (!existsSync(folder)) {
    throw new Misuse(`Cannot use "${data}" as data: there is no such folder or archive`, {
      next: 'chestnut init --data FOLDER',
    })
  }
  const path = JSON.stringify(relative(process.cwd(), folder) || '.')
  if (folder.endsWith('.zip')) return { import: 'nih', call: `nih({ images: ${path} })` }
  const names = await readdir(folder)
  const table = names.find(name => /\.csv(\.gz)?$/i.test(name) && /entry/i.test(name))
  if (table === undefined && !names.some(name => /^images/i.test(name))) {
    return { import: 'folders', call: `folders({ path: ${path} })` }
  }
  const found = table === undefined ? '' : `, table: ${JSON.stringify(relative(process.cwd(), join(folder, table)))}`
  return { import: 'nih', call: `nih({ images: ${path}${found} })` }
}

function template(source: SourceText): string {
  return `import { adam, defineConfig, linear, ${source.import}, vggSmall } from 'chestnut'

export default defineConfig({
  // Where the films come from.
  data: ${source.call},

  // The finding to detect, told apart from every other film ('rest') or from one finding ('No Finding').
  target: 'Pneumonia',
  negatives: 'rest',

  // Decides every random draw: the same seed gives the same model.
  seed: 42,

  // Films of one patient always stay in one part.
  split: { by: 'patient', test: 0.2, validation: 0.1, balance: true },

  // A small network from scratch; for real films take a pretrained one: onnx({ path: 'backbone.onnx' }).
  backbone: vggSmall(),
  head: linear(),

  train: { epochs: 30, batch: 64, patience: 10, optimizer: adam(), rate: { kind: 'constant', rate: 0.001 } },
})
`
}
