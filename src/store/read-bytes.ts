import { collect } from './bytes.ts'
import type { Store } from './store.ts'

/**
 * Everything under a key at once.
 *
 * @throws NotFound when there is nothing under the key.
 */
export async function readBytes(store: Store, key: string): Promise<Uint8Array> {
  const known = await store.stat(key)
  return collect(await store.read(key), { size: known?.size })
}
