import { Misuse, sha256, throwIfAborted } from '../core/index.ts'
import { collect, streamOf } from './bytes.ts'
import { checkKey } from './keys.ts'
import type { Entry, Store } from './store.ts'
import { Conflict, NotFound } from './store-errors.ts'

/** A store for tests and for work that nobody keeps. */
export function memoryStore(): Store {
  const name = 'memory'
  const held = new Map<string, { readonly bytes: Uint8Array; readonly entry: Entry }>()
  const find = (key: string): { readonly bytes: Uint8Array; readonly entry: Entry } | undefined => {
    checkKey(key)
    return held.get(key)
  }
  return {
    name,
    stat: async key => find(key)?.entry,
    read: async (key, options = {}) => {
      const found = find(key)
      if (!found) throw new NotFound(name, key)
      throwIfAborted(options.signal)
      return streamOf(found.bytes.slice(options.from ?? 0, options.to ?? found.bytes.length))
    },
    write: async (key, body, options = {}) => {
      checkKey(key)
      const bytes = body instanceof Uint8Array ? body.slice() : await collect(body)
      throwIfAborted(options.signal)
      refuseOtherCase(held.keys(), key)
      const now = held.get(key)?.entry
      if (options.onlyIf === 'absent' && now) throw new Conflict(name, key)
      if (typeof options.onlyIf === 'object' && now?.etag !== options.onlyIf.etag) throw new Conflict(name, key)
      const entry = { key, size: bytes.length, etag: sha256(bytes).slice(0, 32), changed: new Date() }
      held.set(key, { bytes, entry })
      return entry
    },
    list: async function* (prefix, options = {}) {
      for (const key of [...held.keys()].filter(candidate => candidate.startsWith(prefix)).sort()) {
        throwIfAborted(options.signal)
        const found = held.get(key)
        if (found) yield found.entry
      }
    },
    remove: async key => {
      checkKey(key)
      held.delete(key)
    },
    [Symbol.asyncDispose]: async () => held.clear(),
  }
}

function refuseOtherCase(keys: Iterable<string>, key: string): void {
  for (const other of keys) {
    if (other !== key && other.toLowerCase() === key.toLowerCase()) {
      throw new Misuse(`Cannot write the key "${key}": "${other}" is there and differs by case alone`)
    }
  }
}
