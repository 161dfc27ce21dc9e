import { Problem, random } from '../core/index.ts'
import { quantile } from './quantiles.ts'

export interface BootstrapOptions {
  readonly seed: number
  /** How many resamples; 2000 unless told. */
  readonly draws?: number
  /** The confidence level; 0.95 unless told. */
  readonly level?: number
}

export interface Bootstrapped {
  readonly low: number
  readonly high: number
  /** Resamples that gave a number. */
  readonly draws: number
  /** Resamples that gave none, because a class was missing in them. */
  readonly skipped: number
}

/**
 * Percentile interval of a statistic when whole clusters (patients) are drawn with replacement, so that films of one patient
 * stay together.
 *
 * @param statistic takes the drawn films as indices, some of them several times; undefined when it cannot be computed
 * @throws Problem when no resample gave a number
 */
export function bootstrapClustered(
  clusters: readonly string[],
  statistic: (indices: Int32Array) => number | undefined,
  options: BootstrapOptions,
): Bootstrapped {
  const [found] = bootstrapSeveral(clusters, indices => [statistic(indices)], options)
  if (found !== undefined) return found
  throw new Problem(
    `Cannot bootstrap: none of ${options.draws ?? 2000} resamples gave a number, both classes are needed in them`,
    { next: 'Add films of patients of the rarer class' },
  )
}

/**
 * `bootstrapClustered` for several statistics of the same resamples.
 *
 * @returns an interval for each; undefined for one that no resample gave
 */
export function bootstrapSeveral(
  clusters: readonly string[],
  statistics: (indices: Int32Array) => readonly (number | undefined)[],
  options: BootstrapOptions,
): readonly (Bootstrapped | undefined)[] {
  const { seed, draws = 2000, level = 0.95 } = options
  const members = membersOf(clusters)
  const numbers = random(seed, 'bootstrap')
  const values: number[][] = []
  for (let draw = 0; draw < draws; draw++) {
    const drawn = Array.from(members, () => members[numbers.integer(members.length)]!)
    statistics(concatenate(drawn)).forEach((value, i) => {
      values[i] ??= []
      if (value !== undefined) values[i].push(value)
    })
  }
  return values.map(found => percentiles(found, draws, level))
}

/**
 * Resamples of whole clusters as weights: how often each film is drawn. The array is used again for the next resample.
 */
export function* resampledWeights(
  clusters: readonly string[],
  { seed, draws }: { readonly seed: number; readonly draws: number },
): Generator<Float64Array, void, void> {
  const members = membersOf(clusters)
  const numbers = random(seed, 'bootstrap')
  const weights = new Float64Array(clusters.length)
  for (let draw = 0; draw < draws; draw++) {
    weights.fill(0)
    for (let i = 0; i < members.length; i++) {
      for (const film of members[numbers.integer(members.length)]!) weights[film]!++
    }
    yield weights
  }
}

function percentiles(values: readonly number[], draws: number, level: number): Bootstrapped | undefined {
  if (values.length === 0) return undefined
  const sorted = Float64Array.from(values).sort()
  return {
    low: quantile(sorted, (1 - level) / 2),
    high: quantile(sorted, (1 + level) / 2),
    draws: values.length,
    skipped: draws - values.length,
  }
}

/** The indices of each cluster, in order of first appearance. */
function membersOf(clusters: readonly string[]): readonly Int32Array[] {
  const members = new Map<string, number[]>()
  clusters.forEach((cluster, i) => {
    const own = members.get(cluster)
    if (own === undefined) members.set(cluster, [i])
    else own.push(i)
  })
  return [...members.values()].map(indices => Int32Array.from(indices))
}

function concatenate(parts: readonly Int32Array[]): Int32Array {
  const whole = new Int32Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}
