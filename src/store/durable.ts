import { mkdir, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemCode } from '../core/index.ts'
import { explained } from './file-problem.ts'

/**
 * Makes a folder and those above it, if they are not there; their names survive a power cut.
 *
 * @throws Problem when the disk is full, read-only and the like.
 */
export function makeFolder(path: string): Promise<void> {
  return explained(`Cannot make the folder "${path}"`, () => make(path))
}

/** Not mkdir's `recursive`: on a read-only file system that says only that something is missing. */
async function make(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    const code = systemCode(error)
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return
    if (code !== 'ENOENT' || path === dirname(path)) throw error
    await make(dirname(path))
    return make(path)
  }
  await syncFolder(dirname(path))
}

/** Writes a folder's names to the disk: until then a rename may be undone by a power cut. Windows cannot, and need not. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
