import { Problem } from '../core/index.ts'
import { readBytes } from './read-bytes.ts'
import type { Entry, Store, WriteOptions } from './store.ts'
import { NotFound } from './store-errors.ts'

/**
 * The JSON under a key, to be checked by whoever asked for it; undefined when there is nothing.
 *
 * @throws Problem when it is no JSON.
 */
export async function readJson(store: Store, key: string): Promise<unknown> {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await readBytes(store, key)))
  } catch (error) {
    if (error instanceof NotFound) return undefined
    if (error instanceof Problem) throw error
    throw new Problem(`Cannot read "${key}" in ${store.name}: it is no JSON`, { cause: error })
  }
}

/** Writes plain data as JSON that a person can read too. */
export function writeJson(store: Store, key: string, value: unknown, options?: WriteOptions): Promise<Entry> {
  return store.write(key, new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`), options)
}
