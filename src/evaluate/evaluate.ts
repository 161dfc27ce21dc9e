import { Problem } from '../core/index.ts'
import {
  aurocClustered,
  aurocDifferenceClustered,
  averagePrecision,
  bootstrapClustered,
  prCurve,
  resampledAuroc,
  resampledAveragePrecision,
  rocCurve,
} from '../statistics/index.ts'
import { requireBothClasses } from './both-classes.ts'
import { calibrationSummary } from './calibration-summary.ts'
import type { BootstrapSummary, Curves, Evaluation, MetadataComparison } from './evaluation.ts'
import type { Judged } from './judged.ts'
import { filmsOfSides } from './label-scores.ts'
import { operatingPoint } from './operating-point.ts'
import { plainInterval } from './plain-interval.ts'
import { type FilmFacts, subgroupsOf } from './subgroups.ts'
import { thin } from './thin.ts'

export interface EvaluateInput extends Judged {
  /** The finding that is told. */
  readonly target: string
  /** What was compared with what: see `comparisonSentence`. */
  readonly comparison: string
  /** Chosen on validation, never here: see `chooseThreshold`. On probabilities. */
  readonly threshold: number
  /**
   * What a stated prevalence added to the logits of the probabilities. It is taken back before they are compared with the labels,
   * since these films do not come from that place. Default 0.
   */
  readonly siteShift?: number
  /** What metadata alone, learned on the training films, gives to these films. */
  readonly metadataLogits?: ArrayLike<number> | undefined
  /** Sex, age and view of the films, for subgroups. */
  readonly facts?: readonly FilmFacts[]
  readonly seed: number
  /** How many times patients are resampled; 2000 unless told. */
  readonly draws?: number
}

/** The most points that a curve keeps. */
const mostPoints = 400

/**
 * Judges a model by what it said of films of patients that it never saw.
 *
 * @throws Problem when the films show one class only, or an answer is NaN; RangeError when the arrays differ in length
 */
export function evaluate(input: EvaluateInput): Evaluation {
  const { scores, labels, patients, target, comparison, threshold, facts, siteShift = 0, seed, draws = 2000 } = input
  const action = `judge the model for "${target}"`
  requireNumbers(action, scores)
  requireBothClasses(action, 'the test part', labels, { next: 'chestnut prepare --seed 2' })
  const { positives, negatives } = filmsOfSides(labels)
  const resampling = { seed, draws }
  return {
    format: 'chestnut.evaluation/1',
    target,
    comparison,
    films: labels.length,
    patients: new Set(patients).size,
    positives,
    negatives,
    prevalence: positives / labels.length,
    auroc: plainInterval(aurocClustered(scores, labels, patients)),
    ...resampledAreas(input, resampling),
    calibration: calibrationSummary(input, { seed, siteShift }),
    operatingPoint: operatingPoint(input, threshold, resampling),
    curves: curvesOf(input),
    metadata: compareWithMetadata(input),
    subgroups: facts === undefined ? [] : subgroupsOf(input, facts),
    seed,
  }
}

/** A diverged training answers NaN. */
function requireNumbers(action: string, scores: ArrayLike<number>): void {
  const wrong = Array.from(scores).filter(Number.isNaN).length
  if (wrong === 0) return
  throw new Problem(
    `Cannot ${action}: ${wrong} of its ${scores.length} answers are not numbers, the training diverged`,
    {
      next: 'Lower the learning rate and train again',
    },
  )
}

/** Intervals of both areas by resampling patients. */
function resampledAreas(
  { scores, labels, patients }: Judged,
  resampling: { readonly seed: number; readonly draws: number },
): Pick<Evaluation, 'aurocBootstrap' | 'averagePrecision'> {
  const areaOf = resampledAuroc(scores, labels)
  const precisionOf = resampledAveragePrecision(scores, labels)
  return {
    aurocBootstrap: bootstrapClustered(patients, areaOf, resampling),
    averagePrecision: {
      value: averagePrecision(scores, labels),
      ...lowAndHigh(bootstrapClustered(patients, precisionOf, resampling)),
      level: 0.95,
    },
  }
}

function lowAndHigh({ low, high }: BootstrapSummary): { readonly low: number; readonly high: number } {
  return { low, high }
}

function curvesOf({ scores, labels }: Judged): Curves {
  return {
    roc: thin(rocCurve(scores, labels), mostPoints).map(({ fpr, tpr }) => ({ fpr, tpr })),
    pr: thin(prCurve(scores, labels), mostPoints).map(({ recall, precision }) => ({ recall, precision })),
  }
}

function compareWithMetadata({ scores, metadataLogits, labels, patients }: EvaluateInput): MetadataComparison | null {
  if (metadataLogits === undefined) return null
  const { p, ...gain } = aurocDifferenceClustered(scores, metadataLogits, labels, patients)
  return {
    auroc: plainInterval(aurocClustered(metadataLogits, labels, patients)),
    gain: { ...plainInterval(gain), p },
  }
}
