import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { canonicalJson, sha256, systemCode, tarEnd, tarHeader, tarPadding } from '../../core/index.ts'
import { type ArchiveContent, type ArchiveEntry, archiveEntries, bytesOf } from './archive-entries.ts'
import { gzipBlocks } from './gzip-blocks.ts'

/** What travels to a machine, in one file. */
export interface Archive {
  /** SHA-256 of what is in it: paths, rights and bytes. Its address. */
  readonly content: string
  /** SHA-256 of the file. */
  readonly sha256: string
  readonly path: string
  /** Bytes of the file. */
  readonly size: number
  /** How many files are in it. */
  readonly files: number
}

/**
 * Packs all that a machine needs which has nothing, a Node too. The same content gives the same bytes. What was packed before is
 * found by its content, and not packed again.
 *
 * @param folder where archives are kept, as `CONTENT.tar.gz`
 * @throws Problem when something of the target's is missing.
 */
export async function pack(content: ArchiveContent, folder: string): Promise<Archive> {
  return await packFiles(await archiveEntries(content), folder)
}

/** Packs files of any kind in the same way, in the order in which they are given. */
export async function packFiles(entries: readonly ArchiveEntry[], folder: string): Promise<Archive> {
  const address = await addressOf(entries)
  const path = join(folder, `${address}.tar.gz`)
  if (!(await exists(path))) {
    await mkdir(folder, { recursive: true })
    await writeArchive(entries, path)
  }
  const { size } = await stat(path)
  return { content: address, sha256: await digestOfFile(path), path, size, files: entries.length }
}

async function addressOf(entries: readonly ArchiveEntry[]): Promise<string> {
  const list: (readonly [string, boolean, string])[] = []
  for (const entry of entries) {
    const digest = typeof entry.from === 'string' ? await digestOfFile(entry.from) : sha256(entry.from)
    list.push([entry.path, entry.isProgram, digest])
  }
  return sha256(canonicalJson({ format: 'chestnut.archive/1', list }))
}

async function writeArchive(entries: readonly ArchiveEntry[], path: string): Promise<void> {
  const partial = `${path}.${process.pid}.part`
  try {
    const file = await open(partial, 'w')
    try {
      for await (const bytes of gzipBlocks(tar(entries))) await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(partial, path)
  } finally {
    await rm(partial, { force: true })
  }
}

/** Files are read one by one: the largest is the Node. */
async function* tar(entries: readonly ArchiveEntry[]): AsyncGenerator<Uint8Array, void> {
  for (const entry of entries) {
    const bytes = await bytesOf(entry)
    yield tarHeader({ path: entry.path, isProgram: entry.isProgram, size: bytes.length })
    yield bytes
    yield new Uint8Array(tarPadding(bytes.length))
  }
  yield tarEnd
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false
    throw error
  }
}
