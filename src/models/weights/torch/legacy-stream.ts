import { BadWeights } from '../bad-weights.ts'
import type { ByteSource } from '../byte-source.ts'
import { cursor } from '../cursor.ts'
import type { Weights } from '../weights.ts'
import { nameOf } from './name.ts'
import { networkOf } from './network-of.ts'
import { persistentValue } from './persistent.ts'
import { storageWidth, tensorMaker } from './tensor-data.ts'
import { unpickle } from './unpickle.ts'
import { Storage, type Value } from './values.ts'

const magic = 0x1950a86a20f9469cfc6cn
const protocol = 1001

/** The bytes before the storages: pickles, with the text of each module's class in old files. */
export const longestPickle: number = 1 << 26

/** How the stream begins: protocol 2, then the magic number as an integer of ten bytes. */
export const legacyStart: readonly number[] = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20]

/** Numbers may be repeated by views; so many times the file's own size is more than any network does. */
export function roomFor(source: ByteSource): number {
  return 16 * source.size + (1 << 20)
}

/**
 * Reads what torch.save wrote before PyTorch 1.6: pickles of a magic number, a protocol number, facts of the machine, the
 * object, and the keys of its storages; then each storage, its number of elements (u64) before it.
 *
 * @throws BadWeights, RangeError
 */
export function readLegacyStream(source: ByteSource): Weights {
  const bytes = source.read(0, Math.min(source.size, longestPickle))
  const storages = new Map<string, Storage>()
  const persistent = (id: Value): Value => {
    const value = persistentValue(id)
    if (value instanceof Storage) storages.set(value.key, value)
    return value
  }
  let end = 0
  const next = (): Value => {
    const { value, end: length } = unpickle(bytes.subarray(end), persistent)
    end += length
    return value
  }
  if (next() !== magic || next() !== protocol) throw new BadWeights('its stream has an unknown version')
  const machine = next()
  if (machine instanceof Map && machine.get('little_endian') === false) {
    throw new BadWeights('it was written on a big-endian machine')
  }
  const saved = next()
  const keys = next()
  const places = storagePlaces(source, end, keys, storages)
  const maker = tensorMaker(storage => {
    const place = places.get(storage.key)
    if (place === undefined) throw new BadWeights(`it lacks the storage "${storage.key}"`)
    return source.read(place, place + storage.length * storageWidth(storage))
  }, roomFor(source))
  return networkOf(saved, maker)
}

/** Where the bytes of each storage begin. */
function storagePlaces(
  source: ByteSource,
  start: number,
  keys: Value,
  storages: ReadonlyMap<string, Storage>,
): ReadonlyMap<string, number> {
  if (!Array.isArray(keys)) throw new BadWeights('it is damaged: it has no list of storages')
  const places = new Map<string, number>()
  let position = start
  for (const key of keys) {
    const storage = storages.get(nameOf(key))
    if (storage === undefined) throw new BadWeights(`it is damaged: nothing uses its storage "${nameOf(key)}"`)
    const length = cursor(source.read(position, position + 8)).u64()
    if (length !== storage.length) throw new BadWeights(`it is damaged: storage "${storage.key}" has two lengths`)
    places.set(storage.key, position + 8)
    position += 8 + length * storageWidth(storage)
  }
  if (position > source.size) throw new RangeError('The storages end too early')
  return places
}
