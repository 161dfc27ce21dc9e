import type { ArchiveEntry } from '../../machines/index.ts'
import type { BackboneSpec } from '../../models/index.ts'

/** What a stage takes along to another machine, gathered here. */
export interface StageNeeds {
  /** Plain data from which the other side begins the stage. */
  readonly given: unknown
  /** Files by their paths in the bundle. */
  readonly files: readonly ArchiveEntry[]
  /** The backbone with paths in the bundle, where it has files. */
  readonly backbone?: BackboneSpec
  /** How many films it is about. */
  readonly films: number
  /** What of them goes along. Only a preparation needs the table, with names of films and ids of patients. */
  readonly form: 'table' | 'pixels' | 'features'
}
