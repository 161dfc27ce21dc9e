import type { Split } from './film-row.ts'
import type { MetadataScore } from './metadata-score.ts'

/** What `explore` found, without a name, id or date of anyone: films are called by their row numbers. */
export interface Exploration {
  readonly format: 'chestnut.exploration/1'
  readonly target: string
  readonly films: number
  readonly patients: number
  /** Films with the target; those where it is not known are in neither class. */
  readonly positives: number
  readonly negatives: number
  readonly groups: Readonly<Record<Group, GroupFacts>>
  /** Films with each finding, the most frequent first. */
  readonly cases: readonly Case[]
  /** Findings on the films that show the target. */
  readonly companions: readonly Case[]
  /** How many patients have so many films. */
  readonly filmsPerPatient: { readonly most: number; readonly counts: readonly PatientCount[] }
  readonly parts: readonly PartFacts[]
  /** Share of the test films, and of those with the target, whose patient is in training too. */
  readonly leakRate: number
  readonly leakRateOfPositives: number
  /** What metadata alone would score; null where a class has fewer than two patients. */
  readonly shortcuts: MetadataScore | null
  readonly samples: readonly SampleFacts[]
  /** Films that were drawn as samples and could not be read. */
  readonly unreadable: number
}

export type Group = 'all' | 'positive' | 'negative'

export interface GroupFacts {
  readonly sexes: { readonly female: number; readonly male: number; readonly unknown: number }
  readonly views: { readonly PA: number; readonly AP: number; readonly unknown: number }
  readonly ages: AgeFacts
}

/** Years; films without an age are left out, and counted. */
export interface AgeFacts {
  readonly mean: number | null
  readonly least: number | null
  readonly most: number | null
  readonly unknown: number
  readonly edges: readonly number[]
  readonly counts: readonly number[]
}

export interface Case {
  readonly finding: string
  readonly films: number
  /** Films that show this finding and no other. */
  readonly alone: number
}

export interface PatientCount {
  /** `1` to `9`, then `10 or more`. */
  readonly films: string
  readonly patients: number
}

export interface PartFacts {
  readonly part: Split
  readonly films: number
  readonly patients: number
  readonly positives: number
  readonly female: number
  readonly meanAge: number | null
}

export interface SampleFacts {
  readonly row: number
  readonly positive: boolean
  /** The density of its grey levels after subtracting their mean and dividing by their standard deviation. */
  readonly intensity: { readonly edges: readonly number[]; readonly density: readonly number[] }
}
