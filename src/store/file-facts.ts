import type { BigIntStats } from 'node:fs'
import { stat } from 'node:fs/promises'

export interface FileFacts {
  /** Bytes. */
  readonly size: number
  readonly etag: string
  readonly changed: Date
  readonly isFile: boolean
}

/** What the file system knows about a file; links are followed. */
export async function factsOf(path: string): Promise<FileFacts> {
  return factsFrom(await stat(path, { bigint: true }))
}

export function factsFrom(stats: BigIntStats): FileFacts {
  const { mtimeNs, size, ino } = stats
  return {
    size: Number(size),
    etag: [mtimeNs, size, ino].map(part => part.toString(36)).join('-'),
    changed: stats.mtime,
    isFile: stats.isFile(),
  }
}
