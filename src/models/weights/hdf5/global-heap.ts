import { BadWeights } from '../bad-weights.ts'
import { cursor } from '../cursor.ts'
import type { Bounded } from './bounded.ts'

/** Texts of any length, which attributes only refer to. */
export interface GlobalHeap {
  /** @param reference length (u32), place of a collection (u64) and number of the text in it (u32) */
  text(reference: Uint8Array): string
}

type Collection = ReadonlyMap<number, Uint8Array>

/** Specification, III.E. A collection is read once: a list of a thousand names lies in few of them. */
export function globalHeap(file: Bounded): GlobalHeap {
  const collections = new Map<number, Collection>()
  const collectionAt = (address: number): Collection => {
    const collection = collections.get(address) ?? readCollection(file, address)
    collections.set(address, collection)
    return collection
  }
  return {
    text: reference => {
      const at = cursor(reference)
      const length = at.u32()
      const address = at.u64()
      const number = at.u32()
      if (length === 0) return ''
      const content = collectionAt(address).get(number)
      if (content === undefined) throw new BadWeights('it is damaged: a text is missing')
      const letters = content.subarray(0, length)
      file.countText(letters.length)
      return new TextDecoder().decode(letters)
    },
  }
}

function readCollection(file: Bounded, address: number): Collection {
  const start = file.signed(address, 12, 'GCOL')
  start.skip(4)
  const objects = file.piece(address + 16, start.u64() - 16)
  const texts = new Map<number, Uint8Array>()
  while (objects.left >= 16) {
    const number = objects.u16()
    objects.skip(6)
    const length = objects.u64()
    // Number 0 is the free space at the end.
    if (number === 0) break
    texts.set(number, objects.bytes(length))
    objects.skip(Math.min(objects.left, (8 - (length % 8)) % 8))
  }
  return texts
}
