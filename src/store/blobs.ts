import { Problem, sha256 } from '../core/index.ts'
import { readBytes } from './read-bytes.ts'
import type { Store } from './store.ts'
import { NotFound } from './store-errors.ts'

/** Bytes under their own SHA-256, in `blobs/sha256/ab/cdef…`. */
export interface Blobs {
  /** Keeps bytes; what is there already, unchanged, is not written again. @returns their digest */
  put(bytes: Uint8Array): Promise<string>
  /** Keeps bytes too many to hold, of which the caller knows the digest. `open` is called once, if they are not there yet. */
  putStream(digest: string, open: () => ReadableStream<Uint8Array>): Promise<void>
  /**
   * The bytes of a digest, compared with it.
   *
   * @throws Problem when they are missing, or are not the ones that were kept; those are set aside in `blobs/corrupt`.
   */
  get(digest: string): Promise<Uint8Array>
  /** Whether something is kept under the digest; the bytes are not read. */
  has(digest: string): Promise<boolean>
}

export function blobs(store: Store): Blobs {
  return {
    put: async bytes => {
      const digest = sha256(bytes)
      if (!(await isKept(store, digest, bytes.length))) await store.write(blobKey(digest), bytes)
      return digest
    },
    putStream: async (digest, open) => {
      if ((await store.stat(blobKey(digest))) === undefined) await store.write(blobKey(digest), open())
    },
    get: async digest => {
      const bytes = await readBlob(store, digest)
      const found = sha256(bytes)
      if (found === digest) return bytes
      await setAside(store, digest, bytes)
      throw new Problem(
        `Cannot use the blob "${digest}" of ${store.name}: its bytes have changed, their SHA-256 is ${found}`,
        { next: 'Run the command that made it again: the changed bytes were set aside' },
      )
    },
    has: async digest => (await store.stat(blobKey(digest))) !== undefined,
  }
}

/** Where the bytes of a digest are. @throws TypeError when the digest is none: a key must not be made of anything else. */
export function blobKey(digest: string): string {
  if (!/^[0-9a-f]{64}$/.test(digest)) throw new TypeError(`Cannot find the blob "${digest}": it is no SHA-256`)
  return `blobs/sha256/${digest.slice(0, 2)}/${digest.slice(2)}`
}

async function isKept(store: Store, digest: string, size: number): Promise<boolean> {
  const found = await store.stat(blobKey(digest))
  return found?.size === size && sha256(await readBlob(store, digest)) === digest
}

async function readBlob(store: Store, digest: string): Promise<Uint8Array> {
  try {
    return await readBytes(store, blobKey(digest))
  } catch (cause) {
    if (!(cause instanceof NotFound)) throw cause
    throw new Problem(`Cannot find the blob "${digest}": ${store.name} does not have it`, { cause })
  }
}

async function setAside(store: Store, digest: string, bytes: Uint8Array): Promise<void> {
  await store.write(`blobs/corrupt/${digest}`, bytes)
  await store.remove(blobKey(digest))
}
