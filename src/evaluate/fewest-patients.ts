/** A finding with fewer patients of a side than this is known too badly to count in a mean. */
const fewest = 10

/**
 * Why a finding does not count in the mean over findings; null where it does.
 *
 * @param labels 0 or 1 for each film
 */
export function leftOutOf(labels: ArrayLike<number>, patients: readonly string[]): string | null {
  const patientsWith = (label: 0 | 1): number => new Set(patients.filter((_, i) => labels[i] === label)).size
  const [negative, positive] = [patientsWith(0), patientsWith(1)]
  if (Math.min(negative, positive) >= fewest) return null
  return `${patientsText(positive)} with it and ${negative} without, ${fewest} of each are wanted`
}

function patientsText(count: number): string {
  return `${count} ${count === 1 ? 'patient' : 'patients'}`
}
