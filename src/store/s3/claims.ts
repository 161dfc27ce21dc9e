import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import { Problem, sha256 } from '../../core/index.ts'
import { ownPrefix } from '../keys.ts'
import { type Bucket, foreignObject } from './bucket.ts'

/** Milliseconds: whoever has held a claim for longer is taken to be dead. A claim is held for a look and a write. */
const longestHold = 60_000
const attempts = 200
const shortestPause = 20
const longestPause = 1000

/**
 * Does something to a key while nobody else does something to it who asks here too, on a server that honours no conditions but
 * lists what was written before: everybody writes a mark, then looks for the marks of others. Of two, the one who looks last
 * sees the other; whoever sees another takes its own mark away and comes back later.
 */
export async function claimed<T>(
  of: Bucket,
  key: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const start = `${ownPrefix}claim-${sha256(key).slice(0, 32)}-`
  for (let attempt = 0; attempt < attempts; attempt++) {
    const mine = `${start}${of.calls.random.words(new Uint32Array(4)).join('-')}`
    await mark(of, mine, signal)
    try {
      if ((await others(of, start, mine, signal)) === 0) return await work()
    } finally {
      await unmark(of, mine)
    }
    const longest = Math.min(longestPause, shortestPause * 2 ** attempt)
    await of.calls.clock.sleep(of.calls.random.uniform() * longest, signal)
  }
  throw new Problem(`Cannot write "${key}" in ${of.name}: others were faster every time`)
}

async function mark(of: Bucket, key: string, signal: AbortSignal | undefined): Promise<void> {
  const request = new PutObjectCommand({ ...foreignObject(of, key), Body: 'x' })
  await of.calls.call(`Cannot claim a key in ${of.name}`, signal, http => of.client.send(request, http))
}

async function unmark(of: Bucket, key: string): Promise<void> {
  const request = new DeleteObjectCommand(foreignObject(of, key))
  await of.calls.call(`Cannot give back a key in ${of.name}`, undefined, http => of.client.send(request, http))
}

/** How many living others have a mark, by the server's own clock: ours is as old as now. Dead ones are taken away. */
async function others(of: Bucket, start: string, mine: string, signal: AbortSignal | undefined): Promise<number> {
  const request = new ListObjectsV2Command({ Bucket: of.bucket, Prefix: of.prefix + start })
  const { Contents = [] } = await of.calls.call(`Cannot look at claims in ${of.name}`, signal, http =>
    of.client.send(request, http),
  )
  const now = Contents.find(one => one.Key === of.prefix + mine)?.LastModified?.getTime()
  if (now === undefined) throw new Problem(`Cannot claim a key in ${of.name}: it does not list what was just written`)
  let living = 0
  for (const { Key = '', LastModified } of Contents) {
    if (Key === of.prefix + mine) continue
    if (now - (LastModified?.getTime() ?? now) > longestHold) await unmark(of, Key.slice(of.prefix.length))
    else living++
  }
  return living
}
