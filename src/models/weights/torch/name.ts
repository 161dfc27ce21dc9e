import { BadWeights } from '../bad-weights.ts'
import type { Value } from './values.ts'

/**
 * A key, or the name of something, as a text. Of a list it would take minutes: a few bytes make one that holds itself twice, thirty
 * times over.
 * @throws BadWeights when it is no text and no number
 */
export function nameOf(value: Value | undefined): string {
  if (value === undefined || (typeof value === 'object' && value !== null)) {
    throw new BadWeights('it is damaged: a name was wanted')
  }
  return String(value)
}
