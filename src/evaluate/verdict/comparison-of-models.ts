import type { Interval } from '../../statistics/index.ts'
import type { CalibrationSummary, Curves, Subgroup } from '../evaluation.ts'

export const metricNames = ['auroc', 'averagePrecision', 'sensitivity', 'specificity', 'brier'] as const
export type MetricName = (typeof metricNames)[number]

/** A difference, with the p-value against none; null where there is no test of it, but its interval. */
export interface TestedDifference extends Interval {
  readonly p: number | null
}

/** This change's model beside the base on the same films. Intervals have a level of 0.95. */
export interface ComparedMetric {
  readonly metric: MetricName
  readonly current: Interval
  readonly base: Interval
  /** This change minus the base. */
  readonly difference: TestedDifference
}

export interface ComparedSubgroup {
  readonly by: Subgroup['by']
  readonly group: string
  readonly positives: number
  readonly negatives: number
  /** Null where its films say too little. */
  readonly compared: {
    readonly current: Interval
    readonly base: Interval
    readonly difference: TestedDifference
  } | null
}

/** Two models on the same films. */
export interface ModelComparison {
  readonly films: number
  readonly patients: number
  readonly positives: number
  readonly negatives: number
  /** Those that both have; a rate is missing where nothing is there to divide by. */
  readonly metrics: readonly ComparedMetric[]
  readonly subgroups: readonly ComparedSubgroup[]
  readonly calibration: { readonly current: CalibrationSummary; readonly base: CalibrationSummary }
  readonly roc: { readonly current: Curves['roc']; readonly base: Curves['roc'] }
}
