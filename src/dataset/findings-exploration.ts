import type { Exploration, GroupFacts, PartFacts } from './exploration.ts'
import type { Split } from './film-row.ts'
import type { MetadataScore } from './metadata-score.ts'

/** What `explore` found where several findings are to be told; films are called by their row numbers. */
export interface FindingsExploration {
  readonly format: 'chestnut.findings-exploration/1'
  readonly films: number
  readonly patients: number
  /** Films that are known to show none of the findings. */
  readonly without: number
  readonly people: GroupFacts
  readonly filmsPerPatient: Exploration['filmsPerPatient']
  /** In the order of the model's outputs. */
  readonly findings: readonly FindingFacts[]
  /** Films that show the finding of the row and that of the column; the diagonal holds all films of a finding. */
  readonly together: readonly (readonly number[])[]
  readonly parts: readonly Omit<PartFacts, 'positives'>[]
  /** Share of the test films whose patient is in training too. */
  readonly leakRate: number
  /** One film of each finding that could be read. */
  readonly samples: readonly { readonly target: string; readonly row: number }[]
  /** Films that were drawn as samples and could not be read. */
  readonly unreadable: number
}

/** Films by what is known of one finding: each is in one of the first four counts. */
export interface FindingFacts {
  readonly target: string
  readonly positives: number
  readonly negatives: number
  /** Films whose table is uncertain. */
  readonly uncertain: number
  /** Films without any label of it. */
  readonly unlabelled: number
  /** Patients with a film that shows it. */
  readonly patients: number
  /** Films that show it and nothing else. */
  readonly alone: number
  /** Of the films that show it. */
  readonly people: GroupFacts
  /** Films that show it, by part. */
  readonly parts: Readonly<Partial<Record<Split, number>>>
  /** What metadata alone would score; null where a side has fewer than two patients. */
  readonly shortcuts: MetadataScore | null
}
