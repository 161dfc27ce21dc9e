import { crc32, inflateRawSync } from 'node:zlib'
import type { Entry, ZipFile } from 'yauzl'
import { BadWeights } from './bad-weights.ts'
import { type ByteSource, memorySource, partOf } from './byte-source.ts'

/** An archive whose entries are read where they lie. */
export interface ZipArchive {
  readonly names: readonly string[]
  /** Undefined when there is no such entry. @throws BadWeights when it is damaged */
  entry(name: string): Promise<ByteSource | undefined>
}

const mostEntries = 100_000
const methods = { stored: 0, deflated: 8 }
/** Unpacked bytes of an archive for one packed byte. Weights hardly shrink. */
const largestRatio = 200
const pieceSize = 1 << 20

/** Opens a zip archive. PyTorch and Keras store entries as they are, so that nothing has to be unpacked. */
export async function openZip(source: ByteSource): Promise<ZipArchive> {
  const zip = await explained(() => directoryOf(source))
  const entries = await explained(() => entriesOf(zip, source.size))
  let room = largestRatio * source.size
  return {
    names: [...entries.keys()],
    entry: async name => {
      const entry = entries.get(name)
      if (entry === undefined) return undefined
      const { fileDataStart } = await explained(() => zip.readLocalFileHeaderPromise(entry, { minimal: true }))
      const packed = partOf(source, fileDataStart, fileDataStart + entry.compressedSize)
      room -= entry.uncompressedSize
      if (room < 0) throw new BadWeights(`its zip archive unpacks to more than ${largestRatio} times its size`)
      const content = unpacked(packed, entry)
      checkContent(content, entry)
      return content
    },
  }
}

async function directoryOf(source: ByteSource): Promise<ZipFile> {
  const { fromRandomAccessReaderPromise, RandomAccessReader } = await import('yauzl')
  class Reader extends RandomAccessReader {
    override read(
      ...[buffer, offset, length, position, done]: Parameters<InstanceType<typeof RandomAccessReader>['read']>
    ): void {
      try {
        buffer.set(source.read(position, position + length), offset)
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)))
        return
      }
      done(null)
    }
  }
  return fromRandomAccessReaderPromise(new Reader(), source.size, { lazyEntries: true, autoClose: false })
}

async function entriesOf(zip: ZipFile, size: number): Promise<ReadonlyMap<string, Entry>> {
  const entries = new Map<string, Entry>()
  let packed = 0
  for await (const entry of zip.eachEntry()) {
    packed += entry.compressedSize
    if (entries.size >= mostEntries) throw new BadWeights(`its zip archive has more than ${mostEntries} entries`)
    if (packed > size) throw new BadWeights('the entries of its zip archive overlap')
    if (entries.has(entry.fileName)) throw new BadWeights(`its zip archive has "${entry.fileName}" twice`)
    entries.set(entry.fileName, entry)
  }
  return entries
}

function unpacked(packed: ByteSource, entry: Entry): ByteSource {
  const method = entry.isEncrypted() ? 'encrypted' : entry.compressionMethod
  if (method === methods.stored) return packed
  if (method !== methods.deflated) {
    throw new BadWeights(`"${entry.fileName}" in its zip archive is encrypted, or packed in a way that is not read`)
  }
  try {
    const limit = { maxOutputLength: Math.max(1, entry.uncompressedSize) }
    return memorySource(inflateRawSync(packed.read(0, packed.size), limit))
  } catch (cause) {
    throw damaged(cause)
  }
}

/** PyTorch can be told to leave checksums out, and writes 0 then. */
function checkContent(content: ByteSource, entry: Entry): void {
  let checksum = 0
  if (entry.crc32 !== 0) {
    for (let from = 0; from < content.size; from += pieceSize) {
      checksum = crc32(content.read(from, Math.min(content.size, from + pieceSize)), checksum)
    }
  }
  if (checksum !== entry.crc32 || content.size !== entry.uncompressedSize) {
    throw new BadWeights(`"${entry.fileName}" in its zip archive is damaged`, { next: 'get the file again' })
  }
}

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof BadWeights ? error : damaged(error)
  }
}

function damaged(cause: unknown): BadWeights {
  return new BadWeights('its zip archive is damaged or was cut off', { cause, next: 'get the file again' })
}
