import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Problem, systemCode, throwIfAborted } from '../../core/index.ts'
import { makeFolder, writeFileWhole } from '../../store/index.ts'
import { checkPosted, type Published, type Publisher } from '../publisher.ts'

/** One markdown file for each key, `KEY.md` in a folder, which is made if it is missing. */
export function filePublisher(options: { readonly folder: string }): Publisher {
  const folder = resolve(options.folder)
  return {
    name: 'file',
    publish: async (posted, call = {}) => {
      checkPosted(posted)
      throwIfAborted(call.signal)
      const path = join(folder, `${posted.key}.md`)
      const text = `${posted.markdown.trimEnd()}\n`
      const was = stateOf(await readText(path), text)
      if (was === 'same') return { where: path, was }
      await makeFolder(folder)
      await writeFileWhole(path, text)
      return { where: path, was }
    },
  }
}

/** What writing `text` does to what is there. */
export function stateOf(there: string | undefined, text: string): Published['was'] {
  if (there === undefined) return 'made'
  return there === text ? 'same' : 'replaced'
}

/** Undefined when there is no such file. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw new Problem(`Cannot publish in "${path}": ${systemCode(error) ?? 'the system refuses'}`, { cause: error })
  }
}
