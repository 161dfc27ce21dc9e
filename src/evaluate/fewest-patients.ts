import { patientsOfSides } from './label-scores.ts'

/** A finding with fewer patients of a side than this is known too badly to count in a mean. */
const fewest = 10

/**
 * Why a finding does not count in the mean over findings; null where it does.
 *
 * @param labels 0 or 1 for each film
 */
export function leftOutOf(labels: ArrayLike<number>, patients: readonly string[]): string | null {
  const { positives, negatives } = patientsOfSides(labels, patients)
  if (Math.min(positives, negatives) >= fewest) return null
  return `${patientsText(positives)} with it and ${negatives} without, ${fewest} of each are wanted`
}

function patientsText(count: number): string {
  return `${count} ${count === 1 ? 'patient' : 'patients'}`
}
