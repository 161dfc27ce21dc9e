import { Worker } from 'node:worker_threads'

/** Bytes of a part, in their order. */
export interface ToKeep {
  readonly part: number
  readonly bytes: Uint8Array
  readonly fd: number
  /** Where in the file they go. */
  readonly position: number
  readonly isLast: boolean
}

/** Says that the bytes are in the file, and are not looked at any more. */
export interface Kept {
  readonly part: number
  /** Empty before the last bytes. */
  readonly md5: string
  readonly failure?: { readonly code: string | undefined; readonly message: string }
}

/** Hash and write what arrives, in other threads: that takes longer than all else that a download does. */
export interface PartThreads extends AsyncDisposable {
  /**
   * Bytes in shared memory are not copied, and must stay as they are until this is done.
   *
   * @returns the MD5 of the part, with its last bytes
   */
  keep(bytes: ToKeep): Promise<string>
}

/** @param count threads; all bytes of one part go to the same */
export function partThreads(count: number): PartThreads {
  const threads = Array.from({ length: count }, startThread)
  return {
    keep: bytes => threads[bytes.part % count]!.keep(bytes),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(threads.map(thread => thread.end()))
    },
  }
}

function startThread(): { keep(bytes: ToKeep): Promise<string>; end(): Promise<unknown> } {
  // Flags of this process, as those of --eval, are not for files.
  const worker = new Worker(new URL('./part-worker.js', import.meta.url), { execArgv: [] })
  const waiting = new Map<number, { resolve(md5: string): void; reject(error: unknown): void }>()
  let died: unknown
  worker.on('message', ({ part, md5, failure }: Kept) => {
    const asked = waiting.get(part)
    waiting.delete(part)
    if (failure === undefined) asked?.resolve(md5)
    else asked?.reject(Object.assign(new Error(failure.message), { code: failure.code }))
  })
  worker.on('error', error => {
    died = error
    for (const one of waiting.values()) one.reject(error)
  })
  return {
    keep: bytes =>
      new Promise((resolve, reject) => {
        if (died !== undefined) return reject(died)
        waiting.set(bytes.part, { resolve, reject })
        worker.postMessage(bytes)
      }),
    end: () => worker.terminate(),
  }
}
