import { join } from 'node:path'
import { type Clock, forEachAtOnce, noProgress, type Progress } from '../core/index.ts'
import { makeFolder, writeFileWhole } from '../store/index.ts'
import { type FileFacts, readDigest } from './read-digest.ts'
import { formatDigests, type Remembered, readDigests } from './remembered-digests.ts'

/**
 * Remembers the SHA-256 of files under their path, size, time and inode, so that an unchanged file is not read again. Several
 * processes may share one: each keeps what it learned together with what the others kept.
 */
export interface DigestIndex {
  digest(file: FileFacts): Promise<string>
  /**
   * The digests of all files, by path. What was learned is kept every now and then, and also when it ends before time.
   *
   * @throws Problem when a file cannot be read; Interrupted.
   */
  digestAll(files: readonly FileFacts[], options?: DigestOptions): Promise<ReadonlyMap<string, string>>
  /** Keeps what was learned. */
  save(): Promise<void>
}

export interface DigestOptions {
  readonly signal?: AbortSignal
  /** Told of the files that have to be read. */
  readonly progress?: Progress
}

/** Files that are read at the same time. */
const atOnce = 4
/** After how many files read what was learned is kept: a killed process begins again from there. */
const keptEvery = 8192
/** Milliseconds: a file that changed this shortly before it was read may change again within the clock's grain ("racy" in git). */
const settled = 2000

/** @param options.folder where the index is kept; made when there is something to keep */
export async function digestIndex(options: { readonly folder: string; readonly clock: Clock }): Promise<DigestIndex> {
  const path = join(options.folder, 'digests.json')
  const known = await readDigests(path)
  let learned = new Map<string, Remembered>()

  const recall = (file: FileFacts): string | undefined => {
    const found = known.get(file.path)
    const same = found?.size === file.size && found.mtime === file.mtime && found.inode === file.inode
    return same ? found.digest : undefined
  }
  const learn = async (file: FileFacts): Promise<string> => {
    const { digest, unchanged } = await readDigest(file)
    if (unchanged && options.clock.now() - file.mtime > settled) {
      const remembered = { size: file.size, mtime: file.mtime, inode: file.inode, digest }
      known.set(file.path, remembered)
      learned.set(file.path, remembered)
    }
    return digest
  }
  const save = async (): Promise<void> => {
    if (learned.size === 0) return
    const fresh = learned
    learned = new Map()
    await makeFolder(options.folder)
    await writeFileWhole(path, formatDigests(new Map([...(await readDigests(path)), ...fresh])))
  }
  return {
    save,
    digest: async file => recall(file) ?? learn(file),
    digestAll: async (files, { signal, progress = noProgress } = {}) => {
      const digests = new Map(files.map(file => [file.path, recall(file)]))
      const unknown = files.filter(file => digests.get(file.path) === undefined)
      let done = 0
      try {
        const work = async (file: FileFacts): Promise<void> => {
          digests.set(file.path, await learn(file))
          done++
          progress({ kind: 'progress', task: 'Taking digests', done, total: unknown.length, unit: 'films' })
          if (done % keptEvery === 0) await save()
        }
        await forEachAtOnce(unknown, atOnce, work, signal)
      } finally {
        await save()
      }
      return complete(digests)
    },
  }
}

function complete(digests: ReadonlyMap<string, string | undefined>): ReadonlyMap<string, string> {
  const known = new Map<string, string>()
  for (const [path, digest] of digests) if (digest !== undefined) known.set(path, digest)
  return known
}
