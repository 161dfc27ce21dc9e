import { randomUUID } from 'node:crypto'
import { link, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { throwIfAborted } from '../core/index.ts'
import { temporaryPrefix } from './keys.ts'

export interface WholeWriteOptions {
  /** Leaves a file that is there alone and throws the system's `EEXIST`. Default false. */
  readonly onlyIfAbsent?: boolean
  readonly signal?: AbortSignal | undefined
}

/**
 * Writes a file whole or not at all, also through a power cut: a temporary file beside it, flushed to the disk, takes its
 * place in one step. The folder must be there.
 */
export async function writeFileWhole(
  path: string,
  body: Uint8Array | string | AsyncIterable<Uint8Array>,
  options: WholeWriteOptions = {},
): Promise<void> {
  const temporary = join(dirname(path), `${temporaryPrefix}${process.pid}-${randomUUID()}`)
  try {
    await writeFlushed(temporary, body, options.signal)
    if (options.onlyIfAbsent === true) await link(temporary, path)
    else await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
  await flushFolder(dirname(path))
}

async function writeFlushed(
  path: string,
  body: Uint8Array | string | AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const file = await open(path, 'wx')
  try {
    if (typeof body === 'string' || body instanceof Uint8Array) await file.writeFile(body)
    else {
      for await (const chunk of body) {
        throwIfAborted(signal)
        await file.writeFile(chunk)
      }
    }
    throwIfAborted(signal)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes a rename last. Windows cannot open a folder, and needs no flush of it. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
