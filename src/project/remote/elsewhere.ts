import type { RunRecord } from '../../core/index.ts'
import type { Stage } from '../stage.ts'

/** Another machine for one of the stages. */
export interface Elsewhere {
  readonly stage: string
  /** Whether films are looked at here all the same: only features of them may leave. */
  readonly looksHere: boolean
  /**
   * Runs the stage there, and leaves its outputs and its record in store and cache as if it had run here.
   *
   * @param key see `stageKey`
   */
  run(stage: Stage, key: string): Promise<RunRecord>
  /** The result was found: gives back what an earlier controller, which died, may have left rented for it. */
  finish(stage: string, key: string): Promise<void>
}
