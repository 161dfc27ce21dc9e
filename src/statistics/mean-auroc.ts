import { auroc } from './auroc.ts'
import { type BootstrapOptions, bootstrapSeveral } from './bootstrap.ts'
import type { Interval } from './interval.ts'
import { resampledAuroc } from './resampled.ts'

/** Scores of some of the films for one finding: of those that have a label of it. All arrays have one length. */
export interface ScoredFinding {
  /** The places of its films among all films. */
  readonly places: ArrayLike<number>
  /** 0 or 1. */
  readonly labels: ArrayLike<number>
  /** One for each run over the same films, such as the repetitions of a cross-validation: their AUROCs are averaged. */
  readonly runs: readonly ArrayLike<number>[]
  /** The same of what is to be beaten. */
  readonly baselines?: readonly ArrayLike<number>[] | undefined
}

export interface MeanAuroc {
  readonly auroc: Interval
  /** What the baseline reaches on the same films, and what the scores gain on it; null unless every finding has one. */
  readonly baseline: { readonly auroc: Interval; readonly gain: Interval } | null
}

/**
 * The mean of the findings' AUROCs (macro average), with percentile intervals of resampled patients. All findings are resampled
 * together, since they show on the same films.
 *
 * @param clusters the patient of each film
 * @throws Problem when a finding has one class only
 */
export function meanAurocClustered(
  findings: readonly ScoredFinding[],
  clusters: readonly string[],
  options: BootstrapOptions,
): MeanAuroc {
  const level = options.level ?? 0.95
  const own = findings.map(finding => columnOf(finding, finding.runs, clusters.length))
  const others = findings.every(({ baselines }) => baselines !== undefined)
    ? findings.map(finding => columnOf(finding, finding.baselines ?? [], clusters.length))
    : undefined
  const [scores, baseline, gain] = bootstrapSeveral(
    clusters,
    drawn => {
      const mean = meanOf(own.map(column => column.resampled(drawn)))
      if (others === undefined) return [mean]
      const other = meanOf(others.map(column => column.resampled(drawn)))
      return [mean, other, mean === undefined || other === undefined ? undefined : mean - other]
    },
    options,
  )
  const value = meanOf(own.map(column => column.value)) ?? Number.NaN
  const interval = (at: number, found: typeof scores): Interval => ({
    value: at,
    low: found?.low ?? Number.NaN,
    high: found?.high ?? Number.NaN,
    level,
  })
  if (others === undefined) return { auroc: interval(value, scores), baseline: null }
  const beside = meanOf(others.map(column => column.value)) ?? Number.NaN
  return {
    auroc: interval(value, scores),
    baseline: { auroc: interval(beside, baseline), gain: interval(value - beside, gain) },
  }
}

interface Column {
  readonly value: number
  /** Of drawn films, some of them several times; undefined when they show one class only. */
  resampled(drawn: Int32Array): number | undefined
}

function columnOf({ places, labels }: ScoredFinding, runs: readonly ArrayLike<number>[], films: number): Column {
  const placeOf = new Int32Array(films).fill(-1)
  for (let i = 0; i < places.length; i++) placeOf[places[i]!] = i
  const statistics = runs.map(scores => resampledAuroc(scores, labels))
  return {
    value: meanOf(runs.map(scores => auroc(scores, labels))) ?? Number.NaN,
    resampled: drawn => {
      const own = placesIn(drawn, placeOf)
      return meanOf(statistics.map(statistic => statistic(own)))
    },
  }
}

/** Where the drawn films stand among those of a finding; those that are not among them are left out. */
function placesIn(drawn: Int32Array, placeOf: Int32Array): Int32Array {
  const places = new Int32Array(drawn.length)
  let count = 0
  for (const film of drawn) if (placeOf[film]! >= 0) places[count++] = placeOf[film]!
  return places.subarray(0, count)
}

/** Undefined where one of them is, or there is none. */
function meanOf(values: readonly (number | undefined)[]): number | undefined {
  let sum = 0
  for (const value of values) {
    if (value === undefined) return undefined
    sum += value
  }
  return values.length === 0 ? undefined : sum / values.length
}
