import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { forEachAtOnce, noProgress, Problem, type Progress } from '../../core/index.ts'
import { explained } from '../file-problem.ts'
import type { TransferOptions } from '../s3-store.ts'
import type { Bucket } from './bucket.ts'
import { partSizeName } from './known-digest.ts'
import { oneRequest, type Part, partSizeOf, partsOf } from './parts.ts'
import { nameOf } from './problems.ts'
import { listParts, listUploads } from './stale-uploads.ts'
import { beginUpload, completeUpload, sendPart, type Upload } from './upload.ts'
import { putBytes } from './write.ts'

/** Parts that are under way at the same time. */
const atOnce = 4

/** Bytes up to which a file is read while all else waits. */
const atOneGo = 1 << 20

/** Uploads a file, and goes on with what an earlier run has left. */
export async function putFile(of: Bucket, path: string, key: string, options: TransferOptions): Promise<void> {
  const what = `Cannot upload "${path}" to ${of.name}`
  const small = await explained(what, async () => readSmall(path, what))
  if (small !== undefined) return putSmall(of, { what, key, bytes: small }, options)
  const handle = await explained(what, () => open(path, 'r'))
  try {
    const before = await handle.stat()
    const unchanged = async (): Promise<void> => {
      const after = await handle.stat()
      if (after.mtimeMs === before.mtimeMs && after.size === before.size) return
      throw new Problem(`${what}: it was changed meanwhile`, { next: 'run the same command again' })
    }
    const file = { handle, what, key, size: before.size, unchanged }
    if (before.size > oneRequest) return await putLarge(of, file, options)
    const bytes = await readPart(file, { number: 1, from: 0, to: file.size })
    await unchanged()
    await putSmall(of, { what, key, bytes }, options)
  } finally {
    await handle.close()
  }
}

interface Source {
  readonly handle: FileHandle
  readonly what: string
  readonly key: string
  /** Bytes. */
  readonly size: number
  /** @throws Problem when it is no longer what it was: what was read of it may be of two versions */
  unchanged(): Promise<void>
}

/** The bytes of a small file, read at once: handing it to another thread, five times, takes longer. */
function readSmall(path: string, what: string): Uint8Array | undefined {
  const facts = statSync(path)
  if (facts.isDirectory()) throw new Problem(`${what}: it is a folder, a file was wanted`)
  // A pipe that nobody writes to would be opened for ever.
  if (!facts.isFile()) throw new Problem(`${what}: it is a pipe or a device, a file was wanted`)
  return facts.size <= atOneGo ? readFileSync(path) : undefined
}

interface Small {
  readonly what: string
  readonly key: string
  readonly bytes: Uint8Array
}

async function putSmall(of: Bucket, { what, key, bytes }: Small, { progress, signal }: TransferOptions): Promise<void> {
  await putBytes(of, { key, what, signal, onlyIf: undefined }, bytes)
  reporter(progress, bytes.length)(bytes.length)
}

async function putLarge(of: Bucket, file: Source, options: TransferOptions): Promise<void> {
  try {
    await sendParts(of, file, options)
  } catch (error) {
    // Another process has completed it, or given it up, or sent other bytes: none of its parts can be counted on.
    const cause = error instanceof Problem ? nameOf(error.cause) : ''
    if (cause !== 'NoSuchUpload' && cause !== 'InvalidPart') throw error
    await sendParts(of, file, options, 'anew')
  }
}

async function sendParts(
  of: Bucket,
  file: Source,
  { progress, signal }: TransferOptions,
  begin: 'anew' | 'resumed' = 'resumed',
): Promise<void> {
  const partSize = partSizeOf(file.size)
  const parts = partsOf(file.size, partSize)
  const { key, what } = file
  const left = begin === 'anew' ? undefined : await leftUpload(of, file, parts, signal)
  const metadata = { [partSizeName]: `${partSize}` }
  const upload = left?.upload ?? (await beginUpload(of, { key, what, signal, metadata }))
  const etags = new Map<number, string>()
  const report = reporter(progress, file.size)
  const work = async (part: Part): Promise<void> => {
    const bytes = await readPart(file, part)
    const known = left?.there.get(part.number)
    etags.set(part.number, known === md5Of(bytes) ? known : await sendPart(of, upload, part.number, bytes))
    report(bytes.length)
  }
  await forEachAtOnce(parts, atOnce, work, signal)
  await file.unchanged()
  await completeUpload(of, upload, etags)
}

interface Left {
  readonly upload: Upload
  /** Etags, by the number of the part. */
  readonly there: ReadonlyMap<number, string>
}

/**
 * The newest upload to the same key that was not completed and has a part of this file. Another one may be another tool's, or of
 * a file with parts of another length: what was said of the object when it was begun would be wrong of ours.
 */
async function leftUpload(
  of: Bucket,
  file: Source,
  parts: readonly Part[],
  signal: AbortSignal | undefined,
): Promise<Left | undefined> {
  const { key, what } = file
  const begun = (await listUploads(of, key, signal)).filter(one => one.key === key)
  for (const { id } of begun.toSorted((a, b) => b.begun.getTime() - a.begun.getTime())) {
    const upload = { key, what, signal, id }
    const there = await listParts(of, upload, number => length(parts[number - 1]))
    for (const [number, etag] of there) {
      if (md5Of(await readPart(file, parts[number - 1]!)) === etag) return { upload, there }
    }
  }
  return undefined
}

function md5Of(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex')
}

function length(part: Part | undefined): number | undefined {
  return part === undefined ? undefined : part.to - part.from
}

async function readPart({ handle, what }: Source, { from, to }: Part): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(to - from)
  for (let filled = 0; filled < bytes.length; ) {
    const { bytesRead } = await explained(what, () => handle.read(bytes, filled, bytes.length - filled, from + filled))
    if (bytesRead === 0) throw new Problem(`${what}: it became shorter meanwhile`)
    filled += bytesRead
  }
  return bytes
}

function reporter(progress: Progress = noProgress, total: number): (bytes: number) => void {
  let done = 0
  return bytes => {
    done += bytes
    progress({ kind: 'progress', task: 'Uploading', done, total, unit: 'bytes' })
  }
}
