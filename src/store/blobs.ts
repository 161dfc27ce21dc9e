import { Problem, sha256 } from '../core/index.ts'
import { collect } from './bytes.ts'
import type { Store } from './store.ts'
import { Conflict } from './store-errors.ts'

/** Bytes under their own SHA-256, kept once and verified whenever they are read. */
export interface Blobs {
  /** @returns the digest */
  put(bytes: Uint8Array): Promise<string>
  /** @throws Problem when the bytes are no longer those that were put; they are removed, so that they can be made again */
  get(digest: string): Promise<Uint8Array>
  has(digest: string): Promise<boolean>
}

export function blobs(store: Store): Blobs {
  return {
    put: async bytes => {
      const digest = sha256(bytes)
      const there = await store.stat(keyOf(digest))
      if (there?.size === bytes.length) return digest
      if (there) await store.remove(keyOf(digest))
      try {
        await store.write(keyOf(digest), bytes, { onlyIf: 'absent' })
      } catch (error) {
        if (!(error instanceof Conflict)) throw error // another writer put the same bytes first
      }
      return digest
    },
    get: async digest => {
      const bytes = await collect(await store.read(keyOf(digest)))
      if (sha256(bytes) !== digest) {
        await store.remove(keyOf(digest))
        throw new Problem(
          `Cannot read the object "${digest.slice(0, 12)}…" of ${store.name}: its bytes are damaged, it was removed`,
          { next: 'run the same command again: what is missing is made again' },
        )
      }
      return bytes
    },
    has: async digest => (await store.stat(keyOf(digest))) !== undefined,
  }
}

function keyOf(digest: string): string {
  return `blobs/sha256/${digest.slice(0, 2)}/${digest.slice(2)}`
}
