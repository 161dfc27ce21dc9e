import { open, rename } from 'node:fs/promises'

/** Writes a small JSON file whole or not at all, down to the disk. One writer a file. */
export async function writeWhole(path: string, value: unknown): Promise<void> {
  const partial = `${path}.part`
  const file = await open(partial, 'w')
  try {
    await file.writeFile(`${JSON.stringify(value)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(partial, path)
}
