import { Problem } from '../core/index.ts'
import { filmsOfSides } from './label-scores.ts'

/** Throws, in words for the person who has to mend it, unless both classes are there. */
export function requireBothClasses(
  action: string,
  part: string,
  labels: ArrayLike<number>,
  options: { readonly next: string },
): void {
  const { positives, negatives } = filmsOfSides(labels)
  if (positives > 0 && negatives > 0) return
  throw new Problem(
    `Cannot ${action}: ${part} has ${positives} positive and ${negatives} negative films, at least one of each is needed`,
    options,
  )
}
