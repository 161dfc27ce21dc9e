import { Problem } from '../core/index.ts'
import { collect } from './bytes.ts'
import type { Entry, Store, WriteOptions } from './store.ts'

export async function readBytes(store: Store, key: string): Promise<Uint8Array> {
  return collect(await store.read(key))
}

/** The parsed content, or undefined where nothing stands. */
export async function readJson(store: Store, key: string): Promise<unknown> {
  if (!(await store.stat(key))) return undefined
  try {
    return JSON.parse(new TextDecoder().decode(await readBytes(store, key))) as unknown
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new Problem(`Cannot read "${key}" in ${store.name}: it is not JSON`, { cause })
  }
}

export function writeJson(store: Store, key: string, value: unknown, options?: WriteOptions): Promise<Entry> {
  return store.write(key, new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`), options)
}
