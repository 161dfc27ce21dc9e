import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { ownPrefix } from '../keys.ts'
import { type Bucket, foreignObject } from './bucket.ts'
import { isConflict, isMissing, statusOf } from './problems.ts'
import type { Condition } from './upload.ts'

/**
 * Whether a server honours conditions of writes: tried once, with a key of its own, when the first one is asked for. Servers that do not know them ignore them, and would let two writers win.
 */
export function conditionsOf(of: Bucket): () => Promise<boolean> {
  let known: Promise<boolean> | undefined
  return () => {
    known ??= probe(of)
    known.catch(() => {
      known = undefined
    })
    return known
  }
}

async function probe(of: Bucket): Promise<boolean> {
  const key = `${ownPrefix}probe-${of.calls.random.words(new Uint32Array(2)).join('-')}`
  try {
    await isRefused(of, key, {})
    return (
      (await isRefused(of, key, { IfNoneMatch: '*' })) && (await isRefused(of, key, { IfMatch: `"${'0'.repeat(32)}"` }))
    )
  } finally {
    const request = new DeleteObjectCommand(foreignObject(of, key))
    await of.calls.call(`Cannot remove a probe from ${of.name}`, undefined, http => of.client.send(request, http))
  }
}

/** Whether the server refuses a write for its condition. One that does not know the header may refuse all such writes. */
function isRefused(of: Bucket, key: string, condition: Condition): Promise<boolean> {
  const request = new PutObjectCommand({ ...foreignObject(of, key), ...condition, Body: 'x' })
  return of.calls.call(`Cannot try conditions in ${of.name}`, undefined, async http => {
    try {
      await of.client.send(request, http)
      return false
    } catch (error) {
      if (isConflict(error) || isMissing(error)) return true
      if (statusOf(error) === 501) return false
      throw error
    }
  })
}
