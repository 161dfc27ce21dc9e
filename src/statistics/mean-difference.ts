import { type Difference, differenceOf } from './difference.ts'

/**
 * The mean of the first values minus that of the second over the same films, such as the squared errors of two models, where films
 * of one patient resemble each other: the variance of a ratio whose independent units are the patients, that is a mean with
 * cluster-robust errors (Liang and Zeger 1986).
 *
 * @param clusters the patient of each film
 */
export function meanDifferenceClustered(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  clusters: readonly string[],
  level = 0.95,
): Difference {
  const { films, units, sums } = sumsOf(first, second, clusters)
  const mean = sums.reduce((sum, { difference }) => sum + difference, 0) / films
  const squares = sums.reduce((sum, { difference, count }) => sum + (difference - count * mean) ** 2, 0)
  return differenceOf(mean, ((units / (units - 1)) * squares) / films ** 2, units, level)
}

/**
 * The share of films that the first calls positive minus that of the second, over films of one class: the difference of two
 * sensitivities, or of two shares of false alarms. The clustered McNemar test (Obuchowski 1998), with half a film added to each of
 * the four cells (Agresti and Min 2005): without that, two models that differ on no film would claim to be surely alike.
 *
 * @param first 1 where it calls the film positive, else 0
 * @param clusters the patient of each film
 */
export function shareDifferenceClustered(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  clusters: readonly string[],
  level = 0.95,
): Difference {
  const { films, units, sums } = sumsOf(first, second, clusters)
  const found = sums.reduce((sum, { difference }) => sum + difference, 0)
  const mean = found / (films + 2)
  const squares = sums.reduce((sum, { difference, count }) => sum + (difference - count * mean) ** 2, 0)
  // Half a patient who is called by the first alone, half a one by the second alone, and one whom both call alike.
  const added = ((1 - mean) ** 2 + (1 + mean) ** 2) / 2 + mean ** 2
  const widened = differenceOf(mean, ((units / (units - 1)) * squares + added) / (films + 2) ** 2, units, level)
  return {
    ...widened,
    value: found / films,
    low: Math.max(-1, widened.low),
    high: Math.min(1, widened.high),
  }
}

interface PatientSum {
  difference: number
  count: number
}

interface Sums {
  readonly films: number
  /** Patients. */
  readonly units: number
  readonly sums: readonly PatientSum[]
}

function sumsOf(first: ArrayLike<number>, second: ArrayLike<number>, clusters: readonly string[]): Sums {
  if (first.length !== clusters.length || second.length !== clusters.length) {
    throw new RangeError(
      `Cannot compare ${first.length} values with ${second.length} of ${clusters.length} films: wanted one each`,
    )
  }
  if (first.length === 0) throw new RangeError('Cannot compare two means: there are no films')
  const sums = new Map<string, PatientSum>()
  for (const [i, cluster] of clusters.entries()) {
    const sum = sums.get(cluster) ?? { difference: 0, count: 0 }
    sums.set(cluster, sum)
    sum.difference += first[i]! - second[i]!
    sum.count++
  }
  return { films: clusters.length, units: sums.size, sums: [...sums.values()] }
}
