import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type Clock, checkStamp, noProgress, type Progress, systemCode, throwIfAborted } from '../core/index.ts'
import { writeFileWhole } from '../store/index.ts'

/** A file as the file system knows it. */
export interface FileFacts {
  readonly path: string
  readonly size: number
  /** Milliseconds since 1970. */
  readonly mtime: number
  readonly inode: number
}

/** Remembers the SHA-256 of files under their path, size, time and inode, so that an unchanged file is not read again. */
export interface DigestIndex {
  digestAll(
    files: readonly FileFacts[],
    options?: { readonly signal?: AbortSignal; readonly progress?: Progress },
  ): Promise<ReadonlyMap<string, string>>
  /** Keeps what is known, together with what another process learned meanwhile. */
  save(): Promise<void>
}

/** Size, time, inode, digest. */
type Remembered = readonly [size: number, mtime: number, inode: number, digest: string]

const atOnce = 4
/** A file that changed this shortly before it was read may change again within the clock's grain (git's "racy clean"). */
const settled = 2000

export async function digestIndex(options: { readonly folder: string; readonly clock: Clock }): Promise<DigestIndex> {
  const path = join(options.folder, 'digests.json')
  const known = await load(path)
  let changed = false

  const digest = async (file: FileFacts): Promise<string> => {
    const found = known.get(file.path)
    if (found && found[0] === file.size && found[1] === file.mtime && found[2] === file.inode) return found[3]
    const value = await fileDigest(file.path)
    if (options.clock.now() - file.mtime > settled) {
      known.set(file.path, [file.size, file.mtime, file.inode, value])
      changed = true
    }
    return value
  }
  return {
    digestAll: async (files, { signal, progress = noProgress } = {}) => {
      const digests = new Map<string, string>()
      let next = 0
      const worker = async (): Promise<void> => {
        for (let file = files[next++]; file; file = files[next++]) {
          throwIfAborted(signal)
          digests.set(file.path, await digest(file))
          if (changed)
            progress({
              kind: 'progress',
              task: 'reading films',
              done: digests.size,
              total: files.length,
              unit: 'films',
            })
        }
      }
      await Promise.all(Array.from({ length: atOnce }, worker))
      return digests
    },
    save: async () => {
      if (!changed) return
      await mkdir(options.folder, { recursive: true })
      const merged = new Map([...(await load(path)), ...known])
      await writeFileWhole(path, JSON.stringify({ format: 'chestnut.digests/1', files: Object.fromEntries(merged) }))
      changed = false
    },
  }
}

async function load(path: string): Promise<Map<string, Remembered>> {
  try {
    const content = JSON.parse(await readFile(path, 'utf8')) as { format: unknown; files: Record<string, Remembered> }
    checkStamp(content.format, 'digests', 1)
    return new Map(Object.entries(content.files))
  } catch (error) {
    // Only a memory: where it is missing or damaged, the films are read again.
    if (error instanceof SyntaxError || systemCode(error) === 'ENOENT') return new Map()
    throw error
  }
}

async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}
