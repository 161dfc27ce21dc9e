import { createWriteStream, existsSync } from 'node:fs'
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  type Clock,
  noProgress,
  Problem,
  type Progress,
  random,
  retry,
  systemClock,
  throwIfAborted,
} from '../core/index.ts'
import { fileDigest } from './file-digest.ts'
import { explained, unlessMissing } from './file-problem.ts'

export interface DownloadSource {
  readonly url: string
  /** What the file must hash to. */
  readonly sha256?: string | undefined
}

export interface DownloadOptions {
  readonly progress?: Progress | undefined
  readonly signal?: AbortSignal | undefined
  /** Waits between attempts. Default: the system's. */
  readonly clock?: Clock | undefined
}

const attempts = 4
/** Bytes that must have arrived before a broken connection is worth as many attempts again. */
const headway = 1 << 20

/**
 * Downloads into `path`. What arrives goes to `path.part`, and an interrupted download goes on from there if the server
 * still has the same file (`If-Range`). A connection may break as often as it likes while bytes keep arriving.
 *
 * @throws Problem when the server refuses, the connection fails several times, or the digest is another one; after another
 * digest nothing is left.
 */
export async function download(source: DownloadSource, path: string, options: DownloadOptions = {}): Promise<void> {
  // The last run may have been killed between the last byte and now.
  if (!(await isWhole(source, `${path}.part`))) {
    await fetchParts(source.url, path, options)
    await verify(source, path)
  }
  await explained(`Cannot write "${path}"`, () => rename(`${path}.part`, path))
  await rm(`${path}.etag`, { force: true })
}

/** Whether a file is there and is the one that is wanted, as far as that can be told without asking. */
export async function isWhole(source: DownloadSource, path: string): Promise<boolean> {
  if (source.sha256 === undefined || !existsSync(path)) return false
  return (await fileDigest(path, 'the download')) === source.sha256.toLowerCase()
}

async function fetchParts(url: string, path: string, options: DownloadOptions): Promise<void> {
  const { clock = systemClock, signal } = options
  for (;;) {
    const before = await arrived(path)
    try {
      return await retry(() => explained(`Cannot write "${path}"`, () => attempt(url, path, options)), {
        attempts,
        clock,
        random: random(Math.floor(clock.now()), 'download'),
        ...(signal === undefined ? {} : { signal }),
        retriable: error => error instanceof BusyServer || !(error instanceof Problem),
      })
    } catch (cause) {
      throwIfAborted(signal)
      if (cause instanceof Problem) throw cause
      if ((await arrived(path)) >= before + headway) continue
      throw new Problem(`Cannot download "${shownUrl(url)}": the connection failed`, {
        cause,
        next: 'run the command again: it goes on where it stopped',
      })
    }
  }
}

async function attempt(url: string, path: string, { signal, progress = noProgress }: DownloadOptions): Promise<void> {
  const before = await resumable(path)
  const { response, body } = await ask(url, before, signal)
  const resumed = response.status === 206
  const { start, total } = extent(response, resumed ? (before?.size ?? 0) : 0)
  if (response.status === 416 || (resumed && start !== before?.size)) {
    // What is there is longer than the file, or another part came than was asked for: it is another file.
    await body.cancel()
    await discard(path)
    throw new BusyServer(`Cannot go on with the download of "${shownUrl(url)}": the server has another file by now`)
  }
  await rememberVersion(response, path)
  const report = (done: number): void =>
    progress({ kind: 'progress', task: 'Downloading', done, total: total ?? 0, unit: 'bytes' })
  const { done, broken } = await append(body, { path, start, resumed, report })
  // A connection that breaks behind the last byte has done its work.
  if (broken !== undefined && done !== total) throw broken
  if (total !== undefined && done !== total) throw new Error(`${done} bytes arrived of ${total}`)
}

/** Asks for the file, or for the rest of it. @throws Problem when the server refuses */
async function ask(
  url: string,
  before: Arrived | undefined,
  signal: AbortSignal | undefined,
): Promise<{ readonly response: Response; readonly body: NonNullable<Response['body']> }> {
  const response = await fetch(url, {
    ...(signal === undefined ? {} : { signal }),
    headers: {
      // Places count in the file itself, not in a compressed form of it.
      'Accept-Encoding': 'identity',
      ...(before === undefined ? {} : { Range: `bytes=${before.size}-`, 'If-Range': before.version }),
    },
  })
  const isPart = response.status === 206 || response.status === 416
  const isWanted = isPart ? before !== undefined : response.ok
  if (isWanted && response.body !== null) return { response, body: response.body }
  await response.body?.cancel()
  throw refusal(url, response.status)
}

/** Writes what comes behind what is there. @returns how many bytes there are then, and what the connection broke with */
async function append(
  body: NonNullable<Response['body']>,
  { path, start, resumed, report }: { path: string; start: number; resumed: boolean; report(done: number): void },
): Promise<{ readonly done: number; readonly broken: unknown }> {
  let done = start
  let broken: unknown
  await pipeline(
    async function* () {
      // Of a connection that breaks, what arrived before must still get onto the disk.
      try {
        for await (const piece of Readable.fromWeb(body) as AsyncIterable<Uint8Array>) {
          done += piece.length
          report(done)
          yield piece
        }
      } catch (error) {
        broken = error
      }
    },
    createWriteStream(`${path}.part`, { flags: resumed ? 'a' : 'w' }),
  )
  return { done, broken }
}

/** The first byte that comes, and the length of the whole file where the server says it. */
function extent(response: Response, from: number): { readonly start: number; readonly total: number | undefined } {
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '')
  if (response.status === 206 && range !== null) {
    return { start: Number(range[1]), total: range[2] === '*' ? undefined : Number(range[2]) }
  }
  // A compressed answer has another length than the file.
  const length = response.headers.has('content-encoding') ? null : response.headers.get('content-length')
  return { start: from, total: length === null ? undefined : from + Number(length) }
}

/** What tells this version of the file from another one: its strong etag, or when it was changed. */
async function rememberVersion(response: Response, path: string): Promise<void> {
  const etag = response.headers.get('etag')
  const version = etag !== null && !etag.startsWith('W/') ? etag : response.headers.get('last-modified')
  if (version === null) await rm(`${path}.etag`, { force: true })
  else await writeFile(`${path}.etag`, version)
}

interface Arrived {
  readonly size: number
  readonly version: string
}

/** How much is there already, and which version of the file it is of. */
async function resumable(path: string): Promise<Arrived | undefined> {
  const size = await arrived(path)
  const version = await unlessMissing(() => readFile(`${path}.etag`, 'utf8'))
  return size > 0 && version !== undefined ? { size, version } : undefined
}

async function arrived(path: string): Promise<number> {
  return (await unlessMissing(() => stat(`${path}.part`)))?.size ?? 0
}

async function discard(path: string): Promise<void> {
  await Promise.all([rm(`${path}.part`, { force: true }), rm(`${path}.etag`, { force: true })])
}

/** A server that may do better soon. */
class BusyServer extends Problem {}

function refusal(url: string, status: number): Problem {
  const sentence = `Cannot download "${shownUrl(url)}": the server answered ${status}`
  return status >= 500 || status === 429 || status === 408 ? new BusyServer(sentence) : new Problem(sentence)
}

async function verify(source: DownloadSource, path: string): Promise<void> {
  if (source.sha256 === undefined) return
  const found = await fileDigest(`${path}.part`, 'the download')
  if (found === source.sha256.toLowerCase()) return
  await discard(path)
  throw new Problem(`Cannot use "${shownUrl(source.url)}": its SHA-256 is ${found}, ${source.sha256} was wanted`, {
    next: 'correct the SHA-256, or the address',
  })
}

/** An address for people, without what may be secret in it: the query, which may hold a signature, and a password. */
export function shownUrl(url: string): string {
  return url.replace(/[?#].*$/, '').replace(/\/\/[^/@]*@/, '//')
}
