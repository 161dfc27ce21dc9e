import {
  aurocClustered,
  aurocDifferenceClustered,
  type Difference,
  type Interval,
  meanDifferenceClustered,
  resampledAveragePrecision,
  resampledDifference,
  shareDifferenceClustered,
  wilson,
} from '../../statistics/index.ts'
import { withoutSite } from '../calibration-summary.ts'
import { evaluate } from '../evaluate.ts'
import type { Evaluation } from '../evaluation.ts'
import { filmsOfSides, patientsOfSides } from '../label-scores.ts'
import { plainInterval } from '../plain-interval.ts'
import { type FilmFacts, groupsOf, ofMembers } from '../subgroups.ts'
import type { ComparedMetric, ComparedSubgroup, ModelComparison, TestedDifference } from './comparison-of-models.ts'

/** What a model answered, and by which rule. */
export interface ModelAnswers {
  /** What ranks the films: logits. */
  readonly scores: ArrayLike<number>
  readonly probabilities: ArrayLike<number>
  readonly threshold: number
  /** See `EvaluateInput`. */
  readonly siteShift: number
}

export interface CompareInput {
  readonly target: string
  /** See `comparisonSentence`. */
  readonly comparison: string
  /** 0 or 1. */
  readonly labels: ArrayLike<number>
  readonly patients: readonly string[]
  readonly facts: readonly FilmFacts[]
  readonly current: ModelAnswers
  readonly base: ModelAnswers
  readonly seed: number
  /** How many times patients are resampled; 2000 unless told. */
  readonly draws?: number
}

/** Two models on the same films, tested in pairs by patient. Undefined where the films show one side only. */
export function compareModels(input: CompareInput): ModelComparison | undefined {
  const { labels, patients, facts } = input
  const { positives, negatives } = filmsOfSides(labels)
  if (positives === 0 || negatives === 0) return undefined
  const [current, base] = [judged(input, input.current), judged(input, input.base)]
  return {
    films: labels.length,
    patients: new Set(patients).size,
    positives,
    negatives,
    metrics: metricsOf(input, current, base),
    subgroups: subgroupsOf(input, facts),
    calibration: { current: current.calibration, base: base.calibration },
    roc: { current: current.curves.roc, base: base.curves.roc },
  }
}

function judged(
  { target, comparison, labels, patients, seed, draws }: CompareInput,
  answers: ModelAnswers,
): Evaluation {
  const resampling = draws === undefined ? { seed } : { seed, draws }
  return evaluate({ target, comparison, labels, patients, ...answers, ...resampling })
}

function metricsOf(input: CompareInput, current: Evaluation, base: Evaluation): readonly ComparedMetric[] {
  const precision = precisionDifference(input)
  return [
    { metric: 'auroc', current: current.auroc, base: base.auroc, difference: aurocDifference(input) },
    ...(precision === undefined
      ? []
      : [
          {
            metric: 'averagePrecision' as const,
            current: current.averagePrecision,
            base: base.averagePrecision,
            difference: { ...precision, p: null },
          },
        ]),
    ...rate('sensitivity', input, current, base),
    ...rate('specificity', input, current, base),
    brierOf(input),
  ]
}

function aurocDifference({ labels, patients, current, base }: CompareInput): TestedDifference {
  const found = aurocDifferenceClustered(current.scores, base.scores, labels, patients)
  return cautious(found, labels, patients)
}

/**
 * Where two models order the few films there are alike, the formula knows of no spread: as much as Wilson's interval leaves open for
 * an area of 1 is left open here.
 */
function cautious(found: Difference, labels: ArrayLike<number>, patients: readonly string[]): TestedDifference {
  const { se, p, ...difference } = found
  if (se !== 0) return { ...plainInterval(difference), p }
  const { positives, negatives } = patientsOfSides(labels, patients)
  const smaller = Math.min(positives, negatives)
  const reach = 1 - wilson(smaller, smaller, found.level).low
  return {
    value: found.value,
    low: Math.max(-1, found.value - reach),
    high: Math.min(1, found.value + reach),
    level: found.level,
    p: found.value === 0 ? 1 : p,
  }
}

function precisionDifference({
  labels,
  patients,
  current,
  base,
  seed,
  draws = 2000,
}: CompareInput): Interval | undefined {
  const of = ({ scores }: ModelAnswers) => resampledAveragePrecision(scores, labels)
  return resampledDifference(of(current), of(base), patients, { seed, draws })
}

function rate(
  metric: 'sensitivity' | 'specificity',
  { labels, patients, ...models }: CompareInput,
  current: Evaluation,
  base: Evaluation,
): readonly ComparedMetric[] {
  const [own, other] = [current.operatingPoint.rates[metric], base.operatingPoint.rates[metric]]
  if (own === null || other === null) return []
  const side = metric === 'sensitivity' ? 1 : 0
  const films = patients.flatMap((_, film) => (labels[film] === side ? [film] : []))
  const right = ({ probabilities, threshold }: ModelAnswers): number[] =>
    films.map(film => (Number(probabilities[film]! >= threshold) === side ? 1 : 0))
  const { p, ...difference } = shareDifferenceClustered(
    right(models.current),
    right(models.base),
    films.map(film => patients[film]!),
  )
  return [{ metric, current: own, base: other, difference: { ...plainInterval(difference), p } }]
}

function brierOf({ labels, patients, current, base }: CompareInput): ComparedMetric {
  const errors = ({ probabilities, siteShift }: ModelAnswers): Float64Array =>
    Float64Array.from(withoutSite(probabilities, siteShift).probabilities, (p, film) => (p - labels[film]!) ** 2)
  const [own, other] = [errors(current), errors(base)]
  const mean = (values: Float64Array): Interval => {
    const found = meanDifferenceClustered(values, new Float64Array(values.length), patients)
    return plainInterval({ ...found, low: Math.max(0, found.low), high: Math.min(1, found.high) })
  }
  const { p, ...difference } = meanDifferenceClustered(own, other, patients)
  return { metric: 'brier', current: mean(own), base: mean(other), difference: { ...plainInterval(difference), p } }
}

function subgroupsOf(input: CompareInput, facts: readonly FilmFacts[]): readonly ComparedSubgroup[] {
  const { labels, patients, current, base } = input
  return groupsOf(labels, facts).map(({ members, isEnough, by, group, positives, negatives }) => {
    if (!isEnough) return { by, group, positives, negatives, compared: null }
    const own = ofMembers({ scores: current.scores, labels, patients }, members)
    const other = ofMembers({ scores: base.scores, labels, patients }, members)
    const found = aurocDifferenceClustered(own.scores, other.scores, own.labels, own.patients)
    const compared = {
      current: plainInterval(aurocClustered(own.scores, own.labels, own.patients)),
      base: plainInterval(aurocClustered(other.scores, own.labels, own.patients)),
      difference: cautious(found, own.labels, own.patients),
    }
    return { by, group, positives, negatives, compared }
  })
}
