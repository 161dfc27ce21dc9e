import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Misuse } from '../core/index.ts'
import { unlessMissing } from './file-problem.ts'
import { foldCase } from './keys.ts'

/**
 * Refuses a key that differs from another one by case alone: on a file system that ignores case the two would be one.
 *
 * @throws Misuse that names the other key, or the part of it that differs.
 */
export async function refuseTwin(root: string, key: string): Promise<void> {
  let above = ''
  for (const segment of key.split('/')) {
    const names = await unlessMissing(() => readdir(join(root, above)))
    if (names === undefined) return
    if (!names.includes(segment)) {
      const folded = foldCase(segment)
      const twin = names.find(name => foldCase(name) === folded)
      if (twin !== undefined) throw twinProblem(key, above + twin)
      return
    }
    above += `${segment}/`
  }
}

export function twinProblem(key: string, twin: string): Misuse {
  return new Misuse(`Cannot write "${key}": it differs from "${twin}", which is there, by the case of letters alone`)
}
