import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../core/index.ts'

interface Expected {
  readonly value: number
  readonly se: number
  readonly low: number
  readonly high: number
  readonly p: number
}

/** What paired.R wrote, for each ranking of reference.json. */
export const paired: {
  readonly rankings: readonly {
    readonly proc: {
      readonly first: number
      readonly second: number
      readonly z: number
      readonly p: number
      readonly low: number
      readonly high: number
      readonly varianceOfFirst: number
    }
    readonly brier: Expected
    /** Calls at 1 for the first scores and 0.5 for the second; every film a patient of its own. */
    readonly sensitivityOfFilms: Expected
    /** The same calls by patient, nothing added. */
    readonly sensitivityWald: Expected
  }[]
} = JSON.parse(readFileSync(join(packageRoot(), 'src', 'statistics', 'fixtures', 'paired.json'), 'utf8'))
