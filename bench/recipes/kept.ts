import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { sha256 } from '../../src/core/index.ts'

const folder = join(homedir(), '.cache', 'chestnut', 'bench', 'recipes')

/**
 * Numbers that were computed in an earlier run, or now. They lie outside of the repository, so that a benchmark of an hour goes on
 * where it was stopped.
 *
 * @param key all that decides the numbers
 */
export async function kept(key: unknown, compute: () => Promise<Float32Array>): Promise<Float32Array> {
  const file = join(folder, `${sha256(JSON.stringify(key)).slice(0, 24)}.f32`)
  const found = await readFile(file).catch(() => undefined)
  if (found !== undefined) return new Float32Array(found.buffer, found.byteOffset, found.byteLength / 4).slice()
  const values = await compute()
  await mkdir(folder, { recursive: true })
  await writeFile(file, new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  return values
}
