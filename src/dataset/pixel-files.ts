import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive, Problem, systemCode } from '../core/index.ts'
import type { Film } from '../imaging/index.ts'
import { decodeEntry, encodeEntry } from './pixel-entry.ts'

/** The files of a pixel cache. A key is the digest of what the pixels were made from. */
export interface PixelFiles {
  /** Bytes of an entry, if it is there. Says nothing of what they hold. */
  size(key: string): Promise<number | undefined>
  /** The film, or nothing when there is no entry or when it is damaged. */
  read(key: string): Promise<Film | undefined>
  write(key: string, film: Film): Promise<void>
  file(key: string): { readonly name: string; readonly path: string }
  /** Removes what killed processes left half-written. */
  tidy(): Promise<void>
}

/**
 * One file an entry, 256 folders. Not packed: a file appears whole by a rename, two processes never wait for each other
 * (both write the same bytes), one changed film costs one file, and films are read in a shuffled order anyway. Entries
 * are not synced to the disk one by one, which would take longer than decoding; their checksum finds what a power cut
 * spoiled, and the film is decoded again.
 */
export function pixelFiles(folder: string): PixelFiles {
  const partial = join(folder, 'partial')
  return {
    file: key => ({ name: `${key.slice(0, 2)}/${key}`, path: place(folder, key) }),
    size: async key => (await stat(place(folder, key)).catch(unlessMissing))?.size,
    read: async key => {
      const bytes = await readFile(place(folder, key)).catch(unlessMissing)
      return bytes && decodeEntry(bytes)
    },
    write: async (key, film) => {
      const temporary = join(partial, `${process.pid}-${randomUUID()}`)
      try {
        await mkdir(partial, { recursive: true })
        await mkdir(join(folder, key.slice(0, 2)), { recursive: true })
        await writeFile(temporary, encodeEntry(film))
        await rename(temporary, place(folder, key))
      } catch (cause) {
        await rm(temporary, { force: true })
        cannotKeep(folder)(cause)
      }
    },
    tidy: async () => {
      const names = await readdir(partial).catch(unlessMissing).catch(cannotKeep(folder))
      for (const name of names ?? []) {
        if (!isAlive(Number.parseInt(name, 10))) await rm(join(partial, name), { force: true })
      }
    },
  }
}

function place(folder: string, key: string): string {
  return join(folder, key.slice(0, 2), key)
}

const causes: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the quota is used up'],
  ['EROFS', 'the disk is read-only'],
  ['EACCES', 'the folder may not be written'],
  ['EPERM', 'the folder may not be written'],
  ['ENOTDIR', 'it is not a folder'],
  ['EEXIST', 'it is not a folder'],
])

function cannotKeep(folder: string): (cause: unknown) => never {
  return cause => {
    const code = systemCode(cause) ?? 'the write failed'
    throw new Problem(`Cannot keep pixels in "${folder}": ${causes.get(code) ?? code}`, {
      cause,
      next: 'Free some space or choose another folder, then run the same command again',
    })
  }
}

function unlessMissing(error: unknown): undefined {
  if (systemCode(error) !== 'ENOENT') throw error
}
