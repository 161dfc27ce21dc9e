import type { FilmRow } from '../dataset/index.ts'

/** Films × targets, row after row. */
export interface LabelMatrix {
  /** 1 or 0; 0 where there is no label. */
  readonly labels: Float32Array
  /** 1 where there is a label, 0 where there is none. */
  readonly mask: Float32Array
}

export function labelMatrix(rows: readonly FilmRow[], targets: readonly string[]): LabelMatrix {
  const found = rows.flatMap(row => targets.map(target => row.labels[target] ?? null))
  return {
    labels: Float32Array.from(found, label => label ?? 0),
    mask: Float32Array.from(found, label => (label === null ? 0 : 1)),
  }
}

/** The places of the films that have a label of a target. */
export function placesWith(rows: readonly FilmRow[], target: string): readonly number[] {
  return rows.flatMap(({ labels }, place) => ((labels[target] ?? null) === null ? [] : [place]))
}
