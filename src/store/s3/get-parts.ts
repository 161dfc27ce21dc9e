import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { appendFile, type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import { checkStamp, forEachAtOnce, isJsonObject, Problem, type Progress, stamp } from '../../core/index.ts'
import { explained, unlessMissing } from '../file-problem.ts'
import { type Bucket, bareEtag } from './bucket.ts'
import { type FetchOptions, fetchWhole, getRequest } from './fetch-whole.ts'
import { joinedEtag, type KnownDigest, knownDigest } from './known-digest.ts'
import { type PartThreads, type Place, partThreads } from './part-thread.ts'
import { type Part, partsOf } from './parts.ts'
import { damaged } from './read.ts'

/** Parts that are under way at the same time. */
const atOnce = 4
/** Threads that fetch, hash and write: one takes as long for that as a local server needs to send. */
const threadCount = 2
/** Bytes of a part where the object does not say how long its own are, or where those are long. */
const usualPart = 16 << 20
/** Bytes that are asked for at once. */
const oneRange = 16 << 20

export interface GetParts {
  readonly facts: HeadObjectCommandOutput
  readonly signal: AbortSignal | undefined
  readonly progress: Progress
}

/** What is downloaded, and where to. */
interface Download {
  readonly key: string
  readonly handle: FileHandle
  readonly what: string
  readonly etag: string
  readonly signal: AbortSignal | undefined
  readonly threads: PartThreads
}

interface Range extends FetchOptions {
  readonly from: number
  readonly to: number
}

/**
 * Downloads an object in parts into `PATH.part`. `PATH.part.done` holds the MD5 of each part that has arrived: a later run
 * compares them with the file and fetches the others, if the object is still the same.
 */
export async function getParts(of: Bucket, key: string, path: string, { facts, ...rest }: GetParts): Promise<void> {
  const { signal, progress } = rest
  const size = facts.ContentLength ?? 0
  const etag = bareEtag(facts.ETag)
  const digest = knownDigest(facts)
  const partSize = digest?.partSize ?? usualPart
  const parts = partsOf(size, partSize)
  const what = `Cannot write "${path}"`
  const { part, done } = { part: `${path}.part`, done: `${path}.part.done` }
  const arrived = await arrivedParts(part, done, { etag, size, partSize })
  const handle = await explained(what, () =>
    open(part, 'a+')
      .then(made => made.close())
      .then(() => open(part, 'r+')),
  )
  try {
    await using threads = partThreads(threadCount)
    const download = { key, handle, what, etag, signal, threads }
    let bytes = 0
    const work = async (one: Part): Promise<void> => {
      const md5 = arrived.get(one.number) ?? (await getPart(of, download, one))
      if (!arrived.has(one.number)) await explained(what, () => appendFile(done, `${one.number} ${md5}\n`))
      arrived.set(one.number, md5)
      bytes += one.to - one.from
      progress({ kind: 'progress', task: 'Downloading', done: bytes, total: size, unit: 'bytes' })
    }
    await forEachAtOnce(parts, atOnce, work, signal)
    await explained(what, () => handle.truncate(size))
  } finally {
    await handle.close()
  }
  const found = await foundDigest(
    part,
    digest,
    parts.map(one => arrived.get(one.number)!),
  )
  if (found !== digest?.etag) {
    await Promise.all([rm(part, { force: true }), rm(done, { force: true })])
    throw damaged(of, key, found ?? '', digest?.etag ?? '')
  }
  await explained(what, () => rename(part, path))
  await rm(done, { force: true })
}

/** @returns the MD5 of the part's bytes */
async function getPart(of: Bucket, download: Download, { number, from, to }: Part): Promise<string> {
  const { etag, signal, handle } = download
  let md5 = ''
  for (let at = from; at < to; at += oneRange) {
    const range = { from: at, to: Math.min(to, at + oneRange), etag, ...(signal === undefined ? {} : { signal }) }
    const place = { part: number, fd: handle.fd, position: at, isLast: range.to === to }
    md5 = await getRange(of, download, range, place)
  }
  return md5
}

async function getRange(of: Bucket, download: Download, range: Range, place: Place): Promise<string> {
  const { key, what, threads, signal } = download
  const request = await of.direct.signed(getRequest(of, key, range))
  if (request !== undefined) {
    const length = range.to - range.from
    const md5 = await explained(what, () => threads.fetch({ ...place, request, length }, signal))
    if (md5 !== undefined) return md5
  }
  const bytes = await fetchWhole(of, key, range)
  return explained(what, () => threads.keep({ ...place, bytes }))
}

async function foundDigest(
  path: string,
  digest: KnownDigest | undefined,
  parts: readonly string[],
): Promise<string | undefined> {
  if (digest === undefined) return undefined
  return digest.partSize === undefined ? md5Of(path, 0) : joinedEtag(parts)
}

interface Version {
  readonly etag: string
  readonly size: number
  readonly partSize: number
}

/** The parts of an earlier run that are still what they were, by number; begins anew where it was of another version. */
async function arrivedParts(part: string, done: string, version: Version): Promise<Map<number, string>> {
  const arrived = new Map<number, string>()
  const [head = '', ...lines] = ((await unlessMissing(() => readFile(done, 'utf8'))) ?? '').split('\n')
  if (isOf(head, version)) {
    const parts = partsOf(version.size, version.partSize)
    for (const line of lines) {
      const [, number, md5 = ''] = /^(\d+) ([0-9a-f]{32})$/.exec(line) ?? []
      const { from, to } = parts[Number(number) - 1] ?? { from: 0, to: 0 }
      const isThere = to > from && (await unlessMissing(() => md5Of(part, from, to - 1))) === md5
      if (isThere) arrived.set(Number(number), md5)
    }
    return arrived
  }
  await rm(part, { force: true })
  await explained(`Cannot write "${done}"`, () =>
    writeFile(done, `${JSON.stringify({ format: stamp('download', 1), ...version })}\n`),
  )
  return arrived
}

function isOf(head: string, version: Version): boolean {
  try {
    const found: unknown = JSON.parse(head)
    if (!isJsonObject(found)) return false
    checkStamp(found['format'], 'download', 1)
    return found['etag'] === version.etag && found['size'] === version.size && found['partSize'] === version.partSize
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof Problem) return false // it only saves work
    throw error
  }
}

async function md5Of(path: string, start: number, end = Number.POSITIVE_INFINITY): Promise<string> {
  const hash = createHash('md5')
  for await (const piece of createReadStream(path, { start, end, highWaterMark: 1 << 20 })) hash.update(piece)
  return hash.digest('hex')
}
