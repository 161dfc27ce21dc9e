import type { ReadOptions } from './store.ts'

/**
 * The part of `size` bytes that is asked for.
 *
 * @throws RangeError unless 0 ≤ from ≤ to, both whole numbers.
 */
export function byteRange(size: number, options: ReadOptions): { from: number; to: number } {
  const { from = 0, to = Number.MAX_SAFE_INTEGER } = options
  if (!(Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && to >= from)) {
    throw new RangeError(`Cannot read bytes ${from} to ${to}: wanted whole numbers with 0 ≤ from ≤ to`)
  }
  return { from: Math.min(from, size), to: Math.min(to, size) }
}
