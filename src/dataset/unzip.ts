import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { crc32 } from 'node:zlib'
import type { Entry, ZipFile } from 'yauzl'
import { noProgress, Problem, type Progress, systemCode, throwIfAborted } from '../core/index.ts'
import { diskProblem } from './disk-problem.ts'
import { isImage, isJunk } from './walk.ts'

export interface UnzipLimits {
  /** Entries of the archive, wanted or not. Default 500,000. */
  readonly entries?: number
  /** Bytes of all unpacked files. Default 128 GiB: the NIH's set has 42 GB. */
  readonly bytes?: number
  /** Bytes of one unpacked file. Default 512 MiB. */
  readonly entryBytes?: number
  /** Unpacked bytes for one packed byte, for files of more than a mebibyte. Default 200; films hardly shrink, tables five times. */
  readonly ratio?: number
}

export interface UnzipOptions {
  readonly limits?: UnzipLimits
  readonly progress?: Progress
  readonly signal?: AbortSignal
}

/**
 * Unpacks the images and tables of a zip archive into an empty folder. An archive with anything hostile in it is refused
 * as a whole: paths that lead out of the folder, links, encrypted files, repeated names, and more than the limits allow.
 *
 * @throws Problem with the archive's path and the reason. It never holds the name of an entry.
 */
export async function unzip(archive: string, folder: string, options: UnzipOptions = {}): Promise<void> {
  const { openPromise } = await import('yauzl')
  const zip = await openPromise(archive, { lazyEntries: true, autoClose: false }).catch((cause: unknown) => {
    throw refused(archive, reasonOf(cause), cause)
  })
  try {
    await unpack(zip, folder, options)
  } catch (cause) {
    throwIfAborted(options.signal)
    if (cause instanceof UnsafeArchive) throw refused(archive, cause.message, cause)
    const problem = diskProblem(cause, folder)
    if (problem instanceof Problem) throw problem
    throw refused(archive, reasonOf(cause), cause)
  } finally {
    zip.close()
  }
}

class UnsafeArchive extends Error {}

async function unpack(
  zip: ZipFile,
  folder: string,
  { limits = {}, progress = noProgress, signal }: UnzipOptions,
): Promise<void> {
  const room = { bytes: limits.bytes ?? 128 * 2 ** 30 }
  checkCount(zip.entryCount, limits.entries ?? 500_000)
  let done = 0
  for await (const entry of zip.eachEntry()) {
    throwIfAborted(signal)
    checkCount(++done, limits.entries ?? 500_000)
    checkEntry(entry, limits)
    room.bytes -= entry.uncompressedSize
    if (room.bytes < 0) throw new UnsafeArchive('its files are larger together than the limit allows')
    if (isWanted(entry.fileName)) await extract(zip, entry, join(folder, entry.fileName), signal)
    progress({ kind: 'progress', task: 'Unpacking', done, total: zip.entryCount, unit: 'files' })
  }
}

function checkCount(count: number, most: number): void {
  if (count > most) throw new UnsafeArchive(`it has more than ${most} entries`)
}

function checkEntry(entry: Entry, { entryBytes = 512 * 2 ** 20, ratio = 200 }: UnzipLimits): void {
  // The upper half of the attributes is the Unix file mode, if the archive was made by one: links have type 0o12.
  const type = (entry.externalFileAttributes >>> 28) & 0o17
  if (type === 0o12) throw new UnsafeArchive('an entry is a link')
  if (entry.isEncrypted()) throw new UnsafeArchive('an entry is encrypted')
  if (entry.uncompressedSize > entryBytes) throw new UnsafeArchive(`an entry is larger than ${entryBytes} bytes`)
  if (entry.uncompressedSize > 2 ** 20 && entry.uncompressedSize > ratio * entry.compressedSize) {
    throw new UnsafeArchive(`an entry unpacks to more than ${ratio} times its size, as in a zip bomb`)
  }
}

function isWanted(path: string): boolean {
  const file = basename(path)
  return !path.endsWith('/') && !path.split('/').some(isJunk) && (isImage(file) || /\.csv(\.gz)?$/i.test(file))
}

async function extract(zip: ZipFile, entry: Entry, path: string, signal: AbortSignal | undefined): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  let checksum = 0
  await pipeline(
    await zip.openReadStreamPromise(entry),
    async function* (pieces: AsyncIterable<Uint8Array>) {
      for await (const piece of pieces) {
        checksum = crc32(piece, checksum)
        yield piece
      }
      if (checksum !== entry.crc32) throw new UnsafeArchive('an entry is damaged: its checksum is another one')
    },
    createWriteStream(path, { flags: 'wx' }),
    signal === undefined ? {} : { signal },
  )
}

function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : ''
  const code = systemCode(cause)
  if (code === 'EEXIST' || code === 'EISDIR') return 'two of its entries have one name'
  if (code === 'ENOENT') return 'there is no such file'
  if (/^(absolute path|invalid relative path|invalid characters)/.test(text)) return 'an entry leads out of the folder'
  return 'it is damaged, or no zip archive'
}

function refused(archive: string, reason: string, cause: unknown): Problem {
  return new Problem(`Cannot unpack "${archive}": ${reason}`, { cause })
}
