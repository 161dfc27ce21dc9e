import { random } from '../core/index.ts'

/** A film in one of its variants, both counted from 0. A film that is never changed has one. */
export interface Variant {
  readonly film: number
  readonly variant: number
}

/**
 * The variant in which a film is seen in an epoch: in every so many epochs each of them once, in an order drawn anew by seed and
 * film. So all are used alike, and which variants of different films come together changes.
 *
 * @param epoch from 1
 * @param variants of the film
 */
export function variantInEpoch(seed: number, film: number, epoch: number, variants: number): number {
  if (variants === 1) return 0
  const round = Math.floor((epoch - 1) / variants)
  const order = random(seed, 'pool', film, round).shuffle(Array.from({ length: variants }, (_, i) => i))
  return order[(epoch - 1) % variants]!
}

/** Counts variants film after film, so that each film is read once. */
export function variantAt(row: number, variants: number): Variant {
  return { film: Math.floor(row / variants), variant: row % variants }
}
