import type { Confusion, Interval, RateName } from '../statistics/index.ts'

/** What judging a model on films that it never saw gave. Plain data. Every interval has a level of 0.95. */
export interface Evaluation {
  readonly format: 'chestnut.evaluation/1'
  readonly target: string
  /** What was compared with what. */
  readonly comparison: string
  readonly films: number
  readonly patients: number
  readonly positives: number
  readonly negatives: number
  readonly prevalence: number
  /** Interval clustered by patient (Obuchowski 1997, logit scale). */
  readonly auroc: Interval
  /** The same by resampling patients: a check on the formula. */
  readonly aurocBootstrap: BootstrapSummary
  /** Average precision, which a useless score has equal to the prevalence. Interval by resampling patients. */
  readonly averagePrecision: Interval
  readonly calibration: CalibrationSummary
  readonly operatingPoint: OperatingPoint
  readonly curves: Curves
  /** What metadata alone scores on the same films; null when the table states none. */
  readonly metadata: MetadataComparison | null
  readonly subgroups: readonly Subgroup[]
  readonly seed: number
}

export interface BootstrapSummary {
  readonly low: number
  readonly high: number
  readonly draws: number
  /** Resamples with one class only. */
  readonly skipped: number
}

export interface CalibrationSummary {
  readonly brier: number
  /** Brier's score of saying the prevalence for every film: what a model must beat. */
  readonly brierOfPrevalence: number
  readonly logLoss: number
  /** Expected calibration error over 10 bins of equal mass. */
  readonly expectedError: number
  /** What perfectly calibrated probabilities would show on so few films: mean and 95th percentile. */
  readonly expectedErrorByChance: { readonly mean: number; readonly high: number }
  /** 1 is right; below 1 the model is overconfident. */
  readonly slope: number
  /** 0 is right; above 0 the probabilities are too low. */
  readonly intercept: number
  /** What a stated prevalence had added to the logits and was taken back here; left out where none was stated. */
  readonly siteShift?: number
  readonly bins: readonly { readonly count: number; readonly predicted: number; readonly observed: number }[]
}

export interface OperatingPoint {
  /** A film is called positive when its probability is at or above it. */
  readonly threshold: number
  readonly confusion: Confusion
  /** Null where nothing is there to divide by. */
  readonly rates: Readonly<Record<RateName, Interval | null>>
}

/** At most 400 points each. */
export interface Curves {
  readonly roc: readonly { readonly fpr: number; readonly tpr: number }[]
  readonly pr: readonly { readonly recall: number; readonly precision: number }[]
}

export interface MetadataGain {
  readonly auroc: Interval
  readonly gain: Interval
}

export interface MetadataComparison extends MetadataGain {
  /** The model's AUROC minus metadata's on the same films, paired and clustered by patient, with a two-sided p-value. */
  readonly gain: Interval & { readonly p: number }
}

export interface Subgroup {
  readonly by: 'sex' | 'age' | 'view'
  readonly group: string
  readonly positives: number
  readonly negatives: number
  /** Null under 10 positives or 10 negatives: it would be noise. */
  readonly auroc: Interval | null
}
