import { readFile } from 'node:fs/promises'
import { systemCode } from '../core/index.ts'

/** The JSON of a plain file that only saves work: undefined where the file is missing or damaged. */
export async function readJsonFile(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError || systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}
