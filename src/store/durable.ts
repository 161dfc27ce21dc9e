import { mkdir, open } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'

/** Makes a folder and those above it; their names survive a power cut. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true })
  if (first === undefined) return
  let parent = dirname(first)
  await syncFolder(parent)
  for (const name of relative(parent, dirname(path)).split(sep)) {
    parent = join(parent, name)
    await syncFolder(parent)
  }
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
