import { placeOfName } from '../../core/index.ts'
import type { FilmRow } from '../../dataset/index.ts'
import {
  compareModels,
  comparisonSentence,
  type FindingVerdict,
  type MeanVerdict,
  type ModelAnswers,
} from '../../evaluate/index.ts'
import type { ModelCard } from '../../models/index.ts'
import { meanAurocClustered } from '../../statistics/index.ts'
import { siteShiftOf } from '../judge-films.ts'
import { placesWith } from '../label-matrix.ts'
import type { FilmAnswers } from '../predictions-table.ts'
import type { ReadEvaluation } from './read-results.ts'

/** A model's answers to films, with the rules that it carries. */
export interface Answered {
  readonly card: ModelCard
  /** By row. */
  readonly answers: ReadonlyMap<number, FilmAnswers>
}

export interface ComparedFindings {
  readonly findings: readonly FindingVerdict[]
  readonly mean: MeanVerdict | null
  /** Findings that the base does not tell. */
  readonly untold: readonly string[]
}

/**
 * Every finding of a model beside the base's.
 *
 * @param rows the films that both have answered, and may be judged on
 */
export function comparedFindings(
  { findings, mean }: ReadEvaluation,
  current: Answered,
  base: Answered | undefined,
  rows: readonly FilmRow[],
  testing: readonly FilmRow[],
  seed: number,
): ComparedFindings {
  const targets = findings.map(({ target }) => target)
  const placeInBase = (target: string): number => (base === undefined ? -1 : placeOfName(target, base.card.classes))
  const found = findings.map((finding): FindingVerdict => {
    const { target } = finding
    const comparison = comparisonSentence(labelled(testing, target), target)
    const k = placeInBase(target)
    const compared =
      base === undefined || k < 0
        ? undefined
        : compareFinding(
            labelled(rows, target),
            target,
            [
              { ...current, k: placeOfName(target, current.card.classes) },
              { ...base, k },
            ],
            seed,
          )
    return { ...finding, comparison, compared: compared ?? null }
  })
  const counted = found.filter(({ counts, compared }) => counts && compared !== null)
  const whole = mean !== null && base !== undefined && counted.length === mean.findings.length
  return {
    findings: found,
    mean:
      mean === null
        ? null
        : {
            findings: mean.findings,
            auroc: mean.auroc,
            compared: whole ? comparedMean(mean.findings, current, base, rows, seed) : null,
          },
    untold: base === undefined ? [] : targets.filter(target => placeInBase(target) < 0),
  }
}

function labelled(rows: readonly FilmRow[], target: string): readonly FilmRow[] {
  return placesWith(rows, target).map(place => rows[place]!)
}

interface AnsweredFinding extends Answered {
  /** The place of the finding among the model's. */
  readonly k: number
}

function compareFinding(
  rows: readonly FilmRow[],
  target: string,
  [current, base]: readonly [AnsweredFinding, AnsweredFinding],
  seed: number,
): ReturnType<typeof compareModels> {
  return compareModels({
    target,
    comparison: comparisonSentence(rows, target),
    labels: Float64Array.from(rows, row => row.labels[target] ?? Number.NaN),
    patients: rows.map(row => row.patient),
    facts: rows,
    current: answersOf(current, rows),
    base: answersOf(base, rows),
    seed,
  })
}

function answersOf({ card, answers, k }: AnsweredFinding, rows: readonly FilmRow[]): ModelAnswers {
  return {
    scores: columnOf(answers, rows, k, 'logits'),
    probabilities: columnOf(answers, rows, k, 'probabilities'),
    threshold: card.thresholds[k]!,
    siteShift: siteShiftOf(card.calibration[k]!),
  }
}

function columnOf(
  answers: Answered['answers'],
  rows: readonly FilmRow[],
  k: number,
  of: keyof FilmAnswers,
): Float64Array {
  return Float64Array.from(rows, ({ row }) => answers.get(row)?.[of][k] ?? Number.NaN)
}

function comparedMean(
  targets: readonly string[],
  current: Answered,
  base: Answered,
  rows: readonly FilmRow[],
  seed: number,
): MeanVerdict['compared'] {
  const scores = ({ card, answers }: Answered, films: readonly FilmRow[], target: string): Float64Array =>
    columnOf(answers, films, placeOfName(target, card.classes), 'logits')
  const { auroc, baseline } = meanAurocClustered(
    targets.map(target => {
      const places = placesWith(rows, target)
      const films = places.map(place => rows[place]!)
      return {
        places,
        labels: Float64Array.from(films, row => row.labels[target] ?? Number.NaN),
        runs: [scores(current, films, target)],
        baselines: [scores(base, films, target)],
      }
    }),
    rows.map(row => row.patient),
    { seed },
  )
  return baseline === null ? null : { current: auroc, base: baseline.auroc, difference: baseline.gain }
}
