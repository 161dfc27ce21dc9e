import { Worker } from 'node:worker_threads'
import { Interrupted } from '../../core/index.ts'
import type { SignedRequest } from './direct.ts'

/** Where the next bytes of a part go. */
export interface Place {
  readonly part: number
  readonly fd: number
  readonly position: number
  readonly isLast: boolean
}

/** Bytes that are here. */
export interface ToKeep extends Place {
  readonly bytes: Uint8Array
}

/** Bytes that are yet to be asked for. */
export interface ToFetch extends Place {
  readonly request: SignedRequest
  readonly length: number
}

/** Says that the bytes are in the file, or why they are not. */
export interface Kept {
  readonly part: number
  /** Empty before the last bytes. */
  readonly md5: string
  /** The answer was no success, or was cut off: it is as if nothing of it had come. */
  readonly isUnfinished?: boolean
  readonly failure?: { readonly code: string | undefined; readonly message: string }
}

/**
 * Fetch, hash and write in other threads: that is nearly all that a download does, and each byte is looked at where it arrives, while it
 * is in a processor's cache.
 */
export interface PartThreads extends AsyncDisposable {
  /** @returns the MD5 of the part, with its last bytes; undefined when they did not come, and must be kept in another way */
  fetch(range: ToFetch, signal: AbortSignal | undefined): Promise<string | undefined>
  /** @returns the MD5 of the part, with its last bytes */
  keep(bytes: ToKeep): Promise<string>
}

/** @param count threads; all bytes of one part go to the same */
export function partThreads(count: number): PartThreads {
  const threads = Array.from({ length: count }, startThread)
  const of = ({ part }: Place): Thread => threads[part % count]!
  return {
    fetch: async (range, signal) => {
      const { md5, isUnfinished } = await of(range).ask(range, signal)
      return isUnfinished === true ? undefined : md5
    },
    keep: async bytes => (await of(bytes).ask(bytes, undefined)).md5,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(threads.map(thread => thread.end()))
    },
  }
}

interface Thread {
  ask(work: ToKeep | ToFetch, signal: AbortSignal | undefined): Promise<Kept>
  end(): Promise<unknown>
}

function startThread(): Thread {
  // Flags of this process, as those of --eval, are not for files.
  const worker = new Worker(new URL('./part-worker.js', import.meta.url), { execArgv: [] })
  const waiting = new Map<number, { resolve(kept: Kept): void; reject(error: unknown): void }>()
  let died: unknown
  worker.on('message', (kept: Kept) => {
    const asked = waiting.get(kept.part)
    waiting.delete(kept.part)
    const { failure } = kept
    if (failure === undefined) asked?.resolve(kept)
    else asked?.reject(Object.assign(new Error(failure.message), { code: failure.code }))
  })
  worker.on('error', error => {
    died = error
    for (const one of waiting.values()) one.reject(error)
  })
  return {
    ask: async (work, signal) => {
      let stop = (): void => undefined
      try {
        return await new Promise<Kept>((resolve, reject) => {
          if (died !== undefined) return reject(died)
          stop = () => reject(new Interrupted())
          signal?.addEventListener('abort', stop, { once: true })
          waiting.set(work.part, { resolve, reject })
          worker.postMessage(work)
        })
      } finally {
        signal?.removeEventListener('abort', stop)
      }
    },
    end: () => worker.terminate(),
  }
}
