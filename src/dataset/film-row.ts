import { type Label, settled, type Uncertain } from './label.ts'

/** The part of an experiment that a film belongs to. A film that no part takes is `unused`. */
export type Split = 'train' | 'validation' | 'test' | 'unused'

/** One film of a prepared data set: a line of the manifest. `null` stands where the table says nothing usable. */
export interface FilmRow {
  /** The number of its row in the table, from 0: what may stand in logs and reports instead of a name. */
  readonly row: number
  /** `Image Index` of the table; for a folder per class the path below the folder. Unique. */
  readonly name: string
  readonly path: string
  readonly patient: string
  readonly followUp: number | null
  /** Years. */
  readonly age: number | null
  readonly sex: 'M' | 'F' | null
  readonly view: 'PA' | 'AP' | null
  /** Pixels of the film as it was taken, which the published PNG no longer has. */
  readonly width: number | null
  readonly height: number | null
  /** Millimetres between the pixels of the film as it was taken. */
  readonly spacing: readonly [x: number, y: number] | null
  /** One entry for each finding of the data set. In training, an uncertain one is what the policy makes of it; else null. */
  readonly labels: Readonly<Record<string, Label>>
  /** The findings that the table is uncertain about; left out where there are none. */
  readonly uncertain?: readonly string[]
  readonly split: Split
  /** SHA-256 of the film's file. */
  readonly digest: string
}

/** A film as another policy has it: to judge by a film of training, wanted is `ignore`. */
export function withUncertain(row: FilmRow, policy: Uncertain): FilmRow {
  if (row.uncertain === undefined) return row
  const changed = row.uncertain.map(finding => [finding, settled('uncertain', policy)] as const)
  return { ...row, labels: { ...row.labels, ...Object.fromEntries(changed) } }
}
