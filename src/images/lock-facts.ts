import { isJsonObject, Misuse } from '../core/index.ts'
import type { ImageFacts } from './facts.ts'

/**
 * What the lock file of a project says.
 * @param folder the project's, as a person may read it
 * @param text of `package-lock.json`; undefined where there is none
 * @throws Misuse when it pins no Chestnut
 */
export function lockFacts(
  folder: string,
  text: string | undefined,
): Pick<ImageFacts, 'chestnut' | 'onnxRuntime' | 'archives'> {
  if (text === undefined) throw refusal(folder, 'there is no "package-lock.json"')
  const lock: unknown = JSON.parse(text)
  const packages = isJsonObject(lock) && isJsonObject(lock['packages']) ? lock['packages'] : {}
  const versionOf = (name: string): string => {
    const found = Object.entries(packages).find(([path]) => path.endsWith(`node_modules/${name}`))?.[1]
    if (isJsonObject(found) && typeof found['version'] === 'string') return found['version']
    throw refusal(folder, `its "package-lock.json" does not pin "${name}"`)
  }
  const files = Object.values(packages).flatMap(one => {
    const from = isJsonObject(one) ? one['resolved'] : undefined
    return typeof from === 'string' && from.startsWith('file:') ? [from.slice('file:'.length)] : []
  })
  return { chestnut: versionOf('chestnut'), onnxRuntime: versionOf('onnxruntime-node'), archives: files.sort() }
}

function refusal(folder: string, why: string): Misuse {
  return new Misuse(`Cannot make an image of "${folder}": ${why}, wanted one that pins Chestnut and what it needs`, {
    next: 'npm install chestnut',
  })
}
