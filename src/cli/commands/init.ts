import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { Misuse } from '../../core/index.ts'
import { configName, readGuideCheckout } from '../../project/index.ts'
import { writeFileWhole } from '../../store/index.ts'
import { configTemplate, phantomSource, type SourceText } from '../config-template.ts'
import { guideLines } from '../guide-lines.ts'
import { guideTemplate } from '../guide-template.ts'
import { output } from '../output.ts'
import type { CommonOptions } from '../session.ts'

export interface InitOptions extends CommonOptions {
  readonly data?: string
  /** A checkout of the guide's project. */
  readonly fromGuide?: string
}

/** Writes a configuration with the defaults spelled out, ready to be edited. */
export async function init(options: InitOptions): Promise<void> {
  if (options.data !== undefined && options.fromGuide !== undefined) {
    throw new Misuse('Cannot use "--data" together with "--from-guide": wanted one of them')
  }
  const path = resolve(configName)
  if (existsSync(path) && options.force !== true) {
    throw new Misuse(`Cannot write "${configName}": it is there already, wanted an empty place`, {
      next: 'chestnut run, or chestnut init --force to replace it',
    })
  }
  if (options.fromGuide !== undefined) return fromGuide(options.fromGuide, path, options.json ?? false)
  const source = options.data === undefined ? phantomSource : await sourceOf(options.data)
  await writeFileWhole(path, configTemplate(source))
  const { say, record } = output({ json: options.json ?? false })
  record({ path })
  say(`Wrote ${configName}`)
  say('next: npx chestnut explore, then npx chestnut run')
}

async function fromGuide(folder: string, path: string, json: boolean): Promise<void> {
  const checkout = await readGuideCheckout(folder)
  await writeFileWhole(path, guideTemplate(checkout, dirname(path)))
  const { say, record } = output({ json })
  const { found, left, next } = guideLines(checkout)
  record({ path, found, left, next })
  say(`Wrote ${configName}`)
  for (const line of found) say(`found: ${line}`)
  for (const line of left) say(`not taken over: ${line}`)
  say(`next: ${next.join(', then ')}`)
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
