import { type Clock, Problem, systemClock, throwIfAborted } from '../core/index.ts'
import { byteRange } from './byte-range.ts'
import { collect, consuming, streamOf } from './bytes.ts'
import { checkKey, foldCase } from './keys.ts'
import { twinProblem } from './refuse-twin.ts'
import type { Entry, ListOptions, ReadOptions, Store, WriteOptions } from './store.ts'
import { Conflict, conflictOf, NotFound } from './store-errors.ts'

interface Kept {
  readonly entry: Entry
  readonly bytes: Uint8Array
}

/** A store that lasts as long as the process, with the same rules as one on a disk: for tests and for things to throw away. */
export function memoryStore(clock: Clock = systemClock): Store {
  const kept = new Map<string, Kept>()
  let writes = 0

  const read = async (key: string, options: ReadOptions = {}): Promise<ReadableStream<Uint8Array>> => {
    checkKey(key)
    throwIfAborted(options.signal)
    const found = kept.get(key)
    if (found === undefined) throw new NotFound(key, 'memory')
    const { from, to } = byteRange(found.entry.size, options)
    return streamOf(found.bytes.slice(from, to), options.signal)
  }

  const write = async (
    key: string,
    body: Uint8Array | ReadableStream<Uint8Array>,
    options: WriteOptions,
  ): Promise<Entry> => {
    checkKey(key)
    refusePlace(key, kept.keys())
    throwIfAborted(options.signal)
    const bytes = body instanceof Uint8Array ? body.slice() : await collect(body, { signal: options.signal })
    refusePlace(key, kept.keys())
    const { onlyIf } = options
    const etag = kept.get(key)?.entry.etag
    const holds = onlyIf === undefined || (onlyIf === 'absent' ? etag === undefined : etag === onlyIf.etag)
    if (!holds) throw new Conflict(key, conflictOf(onlyIf))
    writes++
    const entry = { key, size: bytes.length, etag: `${writes}`, changed: new Date(clock.now()) }
    kept.set(key, { entry, bytes })
    return entry
  }

  async function* list(prefix: string, options: ListOptions = {}): AsyncGenerator<Entry> {
    const keys = [...kept.keys()].filter(key => key.startsWith(prefix)).sort((a, b) => (a < b ? -1 : 1))
    for (const key of keys) {
      throwIfAborted(options.signal)
      const found = kept.get(key)
      if (found !== undefined) yield found.entry
    }
  }

  return {
    name: 'memory',
    read,
    write: (key, body, options = {}) => consuming(body, () => write(key, body, options)),
    list,
    stat: async key => {
      checkKey(key)
      return kept.get(key)?.entry
    },
    remove: async key => {
      checkKey(key)
      kept.delete(key)
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

/** What a file system would refuse: a name that differs by case alone, a file below a file, a file in place of a folder. */
function refusePlace(key: string, keys: Iterable<string>): void {
  const folded = foldCase(key)
  for (const other of keys) {
    if (other === key) continue
    if (other.startsWith(`${key}/`)) throw new Problem(`Cannot write "${key}": it is a folder, a file was wanted`)
    if (key.startsWith(`${other}/`)) {
      throw new Problem(`Cannot write "${key}": a part of the path is a file, a folder was wanted`)
    }
    const twin = commonSegments(folded, foldCase(other))
    if (key.split('/').slice(0, twin).join('/') !== other.split('/').slice(0, twin).join('/')) {
      throw twinProblem(key, other.split('/').slice(0, twin).join('/'))
    }
  }
}

/** How many segments two keys have in common at their beginning. */
function commonSegments(a: string, b: string): number {
  const first = a.split('/')
  const second = b.split('/')
  const differs = first.findIndex((segment, i) => segment !== second[i])
  return differs === -1 ? first.length : differs
}
