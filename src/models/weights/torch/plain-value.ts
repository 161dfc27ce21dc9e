import { Tuple, type Value } from './values.ts'

const deepest = 20
/** A value may stand in many places of itself: copied out, a few bytes could fill the memory. */
const mostParts = 100_000

/** Numbers, texts, truth values, and lists and records of them; undefined for anything else, and for what is endless. */
export function plainValue(value: Value): unknown {
  let parts = 0
  const plain = (part: Value, depth: number): unknown => {
    if (depth === 0 || ++parts > mostParts) return undefined
    if (part === null || typeof part !== 'object') return typeof part === 'bigint' ? String(part) : part
    if (part instanceof Tuple || Array.isArray(part) || part instanceof Set) {
      const items = part instanceof Tuple ? part.items : [...part]
      const copies: unknown[] = []
      for (const item of items) {
        const copy = plain(item, depth - 1)
        if (copy === undefined) return undefined
        copies.push(copy)
      }
      return copies
    }
    if (!(part instanceof Map)) return undefined
    const entries: [string, unknown][] = []
    for (const [name, member] of part) {
      const copy = plain(member, depth - 1)
      if (copy === undefined || typeof name !== 'string') return undefined
      entries.push([name, copy])
    }
    return Object.fromEntries(entries)
  }
  return plain(value, deepest)
}
