import { type FileHandle, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { systemCode, throwIfAborted } from '../core/index.ts'
import { explained, unlessMissing } from './file-problem.ts'
import { ownPrefix } from './keys.ts'
import { isGone, type Owner, thisOwner } from './owner.ts'

const namePattern = /^\.chestnut-([0-9a-f]{8})-([0-9]+)-[0-9]+-[0-9]+\.tmp$/

/**
 * Writes bytes to a new file in a folder, down to the disk. After a failure there is no file.
 *
 * @param what the beginning of an error's sentence
 * @returns its path
 */
export async function writeTemporary(
  folder: string,
  body: Uint8Array | ReadableStream<Uint8Array>,
  what: string,
  signal?: AbortSignal,
): Promise<string> {
  const { handle, path } = await explained(what, () => create(folder))
  try {
    await pour(body, handle, what, signal)
    await explained(what, () => handle.sync())
  } catch (error) {
    await handle.close()
    await rm(path, { force: true })
    throw error
  }
  await handle.close()
  return path
}

/** No name comes twice in a process: whoever tidies up late would remove the file of the next writer. */
let number = 0

async function create(folder: string): Promise<{ handle: FileHandle; path: string }> {
  const { host, process } = thisOwner()
  for (;;) {
    const path = join(folder, `${ownPrefix}${host}-${process}-${threadId}-${number++}.tmp`)
    try {
      return { handle: await open(path, 'wx'), path }
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error
    }
  }
}

async function pour(
  body: Uint8Array | ReadableStream<Uint8Array>,
  handle: FileHandle,
  what: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  throwIfAborted(signal)
  // Only what the disk says is explained: the body's own errors are for its maker.
  const write = (piece: Uint8Array): Promise<void> => explained(what, () => handle.writeFile(piece))
  if (body instanceof Uint8Array) return write(body)
  await body.pipeTo(new WritableStream({ write }), signal === undefined ? {} : { signal }).catch((error: unknown) => {
    throwIfAborted(signal)
    throw error
  })
}

/** Removes the temporary files in a folder whose processes were killed. */
export async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const owner = ownerOf(name)
    if (owner === undefined) continue
    const path = join(folder, name)
    const facts = await unlessMissing(() => stat(path))
    if (facts !== undefined && isGone(owner, Date.now() - facts.mtimeMs)) await rm(path, { force: true })
  }
}

/** Sweeps each folder once, before the first write into it. */
export function sweeper(): (folder: string) => Promise<void> {
  const swept = new Set<string>()
  return async folder => {
    if (swept.has(folder)) return
    await sweep(folder)
    swept.add(folder)
  }
}

function ownerOf(name: string): Owner | undefined {
  const parts = namePattern.exec(name)
  return parts === null ? undefined : { host: parts[1]!, process: Number(parts[2]) }
}
