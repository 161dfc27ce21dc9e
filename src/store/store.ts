export interface Entry {
  readonly key: string
  /** Bytes. */
  readonly size: number
  /** Changes whenever the content changes. */
  readonly etag: string
  readonly changed: Date
}

export interface ReadOptions {
  /** First byte. Default 0. */
  readonly from?: number
  /** The byte after the last. Default: the end. */
  readonly to?: number
  readonly signal?: AbortSignal
}

export interface WriteOptions {
  /** Writes only where nothing stands, or where the content has this etag; else throws `Conflict`. */
  readonly onlyIf?: 'absent' | { readonly etag: string }
  readonly signal?: AbortSignal
}

/** Bytes under keys (see `keys.ts`). A write happens whole or not at all; readers see the old bytes or the new ones. */
export interface Store extends AsyncDisposable {
  /** What people call it in messages. */
  readonly name: string
  stat(key: string): Promise<Entry | undefined>
  /** @throws NotFound */
  read(key: string, options?: ReadOptions): Promise<ReadableStream<Uint8Array>>
  write(key: string, body: Uint8Array | ReadableStream<Uint8Array>, options?: WriteOptions): Promise<Entry>
  /** Entries whose keys begin with `prefix`, sorted by key. */
  list(prefix: string, options?: { readonly signal?: AbortSignal }): AsyncIterable<Entry>
  /** Removing what is not there is no error. */
  remove(key: string): Promise<void>
}
