import { join } from 'node:path'
import { sha256 } from '../core/index.ts'
import { makeFolder, writeFileWhole } from '../store/index.ts'

/** Writes a table of the NIH's form that an adapter made, under a name that tells what is in it. */
export async function keepTable(
  text: string,
  folder: string,
): Promise<{ readonly path: string; readonly digest: string }> {
  const digest = sha256(text)
  const path = join(folder, `table-${digest.slice(0, 16)}.csv`)
  await makeFolder(folder)
  await writeFileWhole(path, text)
  return { path, digest }
}
