import type { FilmRow } from '../dataset/index.ts'
import { placesWith } from './label-matrix.ts'

/** What a model said of films. */
export interface Judgement {
  readonly rows: readonly FilmRow[]
  readonly targets: readonly string[]
  /** Films × targets. */
  readonly logits: Float64Array
  /** Films × targets. */
  readonly probabilities: Float64Array
  /** Films that could not be read. */
  readonly bad: number
}

/** What a model said of one target, and what is true: of the films that have a label of it. All arrays have one length. */
export interface TargetJudgement {
  readonly rows: readonly FilmRow[]
  readonly scores: Float64Array
  readonly probabilities: Float64Array
  /** 0 or 1. */
  readonly labels: Float64Array
  readonly patients: readonly string[]
}

export function judgementOf(judgement: Judgement, target: string): TargetJudgement {
  const { targets, logits, probabilities } = judgement
  const k = targets.indexOf(target)
  const places = placesWith(judgement.rows, target)
  const rows = places.map(place => judgement.rows[place]!)
  const column = (values: Float64Array): Float64Array =>
    Float64Array.from(places, place => values[place * targets.length + k]!)
  return {
    rows,
    scores: column(logits),
    probabilities: column(probabilities),
    labels: Float64Array.from(rows, row => row.labels[target] ?? Number.NaN),
    patients: rows.map(row => row.patient),
  }
}
