import { createWriteStream } from 'node:fs'
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { noProgress, Problem, random, retry, systemClock, throwIfAborted } from '../core/index.ts'
import { diskProblem } from './disk-problem.ts'
import type { FetchOptions } from './fetch-options.ts'
import { fileDigest } from './file-digest.ts'

export interface Source {
  readonly url: string
  /** What the file must hash to. */
  readonly sha256?: string | undefined
}

/**
 * Downloads into `path`. What arrives goes to `path.part`, and an interrupted download goes on from there if the server
 * still has the same file (`If-Range`).
 *
 * @throws Problem when the server refuses, the connection fails several times, or the digest is another one.
 */
export async function download(source: Source, path: string, options: FetchOptions): Promise<void> {
  const clock = options.clock ?? systemClock
  const signal = options.signal
  const work = (): Promise<void> =>
    attempt(source.url, path, options).catch((error: unknown) => {
      throw diskProblem(error, path)
    })
  await retry(work, {
    attempts: 4,
    clock,
    random: random(clock.now(), 'download'),
    ...(signal === undefined ? {} : { signal }),
    retriable: error => error instanceof BusyServer || !(error instanceof Problem),
  }).catch((cause: unknown) => {
    throwIfAborted(signal)
    if (cause instanceof Problem) throw cause
    throw new Problem(`Cannot download "${shown(source.url)}": the connection failed`, { cause })
  })
  await verify(source, path)
  await rename(`${path}.part`, path)
  await rm(`${path}.etag`, { force: true })
}

async function attempt(url: string, path: string, { signal, progress = noProgress }: FetchOptions): Promise<void> {
  const before = await resumable(path)
  const response = await fetch(url, {
    ...(signal === undefined ? {} : { signal }),
    ...(before === undefined ? {} : { headers: { Range: `bytes=${before.size}-`, 'If-Range': before.etag } }),
  })
  const resumed = response.status === 206 && before !== undefined
  if (!response.ok || response.body === null) throw refusal(url, response.status)
  const etag = response.headers.get('etag')
  if (etag !== null && !etag.startsWith('W/')) await writeFile(`${path}.etag`, etag)
  else await rm(`${path}.etag`, { force: true })

  let done = resumed ? before.size : 0
  const length = Number(response.headers.get('content-length') ?? Number.NaN)
  const total = Number.isNaN(length) ? 0 : done + length
  await pipeline(
    Readable.fromWeb(response.body),
    async function* (pieces: AsyncIterable<Uint8Array>) {
      for await (const piece of pieces) {
        done += piece.length
        progress({ kind: 'progress', task: 'Downloading', done, total, unit: 'bytes' })
        yield piece
      }
    },
    createWriteStream(`${path}.part`, { flags: resumed ? 'a' : 'w' }),
  )
}

/** How much is there already, and which version of the file it is of. */
async function resumable(path: string): Promise<{ size: number; etag: string } | undefined> {
  try {
    const [{ size }, etag] = await Promise.all([stat(`${path}.part`), readFile(`${path}.etag`, 'utf8')])
    return size > 0 ? { size, etag } : undefined
  } catch {
    return undefined
  }
}

/** A server that may do better soon. */
class BusyServer extends Problem {}

function refusal(url: string, status: number): Problem {
  const sentence = `Cannot download "${shown(url)}": the server answered ${status}`
  return status >= 500 || status === 429 ? new BusyServer(sentence) : new Problem(sentence)
}

async function verify(source: Source, path: string): Promise<void> {
  if (source.sha256 === undefined) return
  const found = await fileDigest(`${path}.part`, 'the download')
  if (found === source.sha256.toLowerCase()) return
  await Promise.all([rm(`${path}.part`, { force: true }), rm(`${path}.etag`, { force: true })])
  throw new Problem(`Cannot use "${shown(source.url)}": its SHA-256 is ${found}, ${source.sha256} was wanted`)
}

/** Without the query, which may hold a signature. */
function shown(url: string): string {
  return url.replace(/[?#].*$/, '').replace(/\/\/[^/@]*@/, '//')
}
