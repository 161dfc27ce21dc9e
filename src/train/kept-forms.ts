import { checkStamp, isJsonObject, stamp } from '../core/index.ts'
import { readJsonFile, writeFileWhole } from '../store/index.ts'
import type { Choices } from './choices.ts'

const [kind, version] = ['forms', 1] as const

/**
 * What was kept of the forms in which a frozen part's layers are computed. Where the file is missing or damaged it is nothing, and
 * they are measured.
 *
 * @throws {Problem} when a newer Chestnut wrote it
 */
export async function readForms(path: string): Promise<Choices> {
  const content = await readJsonFile(path)
  if (!isJsonObject(content) || typeof content['format'] !== 'string') return {}
  checkStamp(content['format'], kind, version)
  const { forms } = content
  if (!isJsonObject(forms)) return {}
  return Object.fromEntries(Object.entries(forms).filter((entry): entry is [string, string] => isForm(entry[1])))
}

/** Whole or not at all. The folder must be there. */
export function writeForms(path: string, forms: Choices): Promise<void> {
  return writeFileWhole(path, `${JSON.stringify({ format: stamp(kind, version), forms })}\n`)
}

function isForm(value: unknown): boolean {
  return value === 'direct' || value === 'winograd'
}
