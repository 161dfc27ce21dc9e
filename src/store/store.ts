/// <reference lib="esnext.disposable" preserve="true" />

/** What a store knows about the bytes under a key. */
export interface Entry {
  readonly key: string
  /** Bytes. */
  readonly size: number
  /** Other bytes, other etag. Written anew, it may be another one even for the same bytes. */
  readonly etag: string
  readonly changed: Date
}

export interface ReadOptions {
  /** First byte. Default 0. */
  readonly from?: number
  /** The byte to stop before; what lies beyond the end is left out. Default: the end. */
  readonly to?: number
  readonly signal?: AbortSignal
}

export interface WriteOptions {
  /**
   * Writes only if the key is absent, or its etag is still this one; else `Conflict`, and nothing has changed. A key that
   * is written under a condition should always be: a write without one does not look whether another is under way.
   */
  readonly onlyIf?: 'absent' | { readonly etag: string }
  readonly signal?: AbortSignal
}

export interface ListOptions {
  readonly signal?: AbortSignal
}

/**
 * Bytes under keys. A write happens whole or not at all: whatever dies, a reader finds the old bytes or the new ones, and
 * who is reading goes on reading what was there when it began, or is told that it changed. Keys: see `checkKey`. A key that others go on from (`a` of `a/b`)
 * holds nothing itself.
 *
 * Wrong keys throw `Misuse`; a full disk, a refused access and the like a `Problem`.
 */
export interface Store extends AsyncDisposable {
  /** For people: where the store is. */
  readonly name: string
  /** Undefined when there is nothing under the key. */
  stat(key: string): Promise<Entry | undefined>
  /** @throws NotFound when there is nothing under the key. */
  read(key: string, options?: ReadOptions): Promise<ReadableStream<Uint8Array>>
  /** A stream that is not read to its end is cancelled. @throws Conflict when `onlyIf` does not hold. */
  write(key: string, body: Uint8Array | ReadableStream<Uint8Array>, options?: WriteOptions): Promise<Entry>
  /** Every entry whose key starts with the prefix, sorted by key. `''` lists all. */
  list(prefix: string, options?: ListOptions): AsyncIterable<Entry>
  /** Nothing happens when there is nothing under the key. */
  remove(key: string): Promise<void>
}
