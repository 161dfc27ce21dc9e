import { dirname, resolve } from 'node:path'
import { explained } from './file-problem.ts'
import { placeFile } from './place-file.ts'
import { sweep, writeTemporary } from './temporary-file.ts'

/**
 * Writes a plain file whole or not at all, down to the disk: whoever reads it, and whatever dies, finds the old bytes or the
 * new ones. The folder must be there. Meant for results, not for thousands of files: each write waits for the disk.
 *
 * @throws Problem when the disk is full, read-only and the like; the old bytes stay.
 */
export async function writeFileWhole(path: string, body: Uint8Array | string): Promise<void> {
  const what = `Cannot write "${path}"`
  const target = resolve(path)
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  await explained(what, () => sweep(dirname(target)))
  const temporary = await writeTemporary(dirname(target), bytes, what)
  await explained(what, () => placeFile(temporary, target, undefined))
}
