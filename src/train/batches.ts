import { random } from '../core/index.ts'

/**
 * The batches of an epoch: all examples once, in an order that the seed and the epoch decide. The last batch holds what is
 * left, so it may be smaller.
 */
export function shuffledBatches(options: {
  readonly count: number
  readonly size: number
  readonly seed: number
  readonly epoch: number
}): readonly (readonly number[])[] {
  const order = random(options.seed, 'order', options.epoch).shuffle(indicesBelow(options.count))
  return inGroups(order, options.size)
}

/** All examples once, in their own order: for what is computed but not learnt from. */
export function plainBatches(count: number, size: number): readonly (readonly number[])[] {
  return inGroups(indicesBelow(count), size)
}

function indicesBelow(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}

/** Groups of equal size, in the given order; the last one holds what is left. */
export function inGroups(order: readonly number[], size: number): readonly (readonly number[])[] {
  const groups: (readonly number[])[] = []
  for (let from = 0; from < order.length; from += size) groups.push(order.slice(from, from + size))
  return groups
}
