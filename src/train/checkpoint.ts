import type { Tensors } from '../core/index.ts'
import type { Choices } from './choices.ts'
import type { EpochSums } from './epoch-sums.ts'
import type { EpochRecord } from './plan.ts'
import type { TallySums } from './tally.ts'

/** How far a training is. */
export interface Place {
  /** The running epoch, from 1. */
  readonly epoch: number
  /** Steps that are done in it. */
  readonly step: number
  /** Films of the validation part that were judged after the last of them. */
  readonly judged: number
}

/** The weights and running statistics of the best epoch so far. */
export interface BestWeights {
  readonly epoch: number
  readonly parameters: Tensors
}

/** What was found of the validation part so far. */
export interface Judging {
  readonly sums: TallySums
  /** judged × classes */
  readonly logits: Float32Array
}

/**
 * A training between two steps: all that going on from there takes. Order, masks and augmentation are drawn by seed, epoch and step,
 * so nothing of them is kept; neither is anything of a film but its logits.
 */
export interface Checkpoint {
  readonly place: Place
  /** The training has ended: its result is in `best` and `history`. */
  readonly ended: boolean
  /** Milliseconds of training that lie behind it, in all runs together. */
  readonly spent: number
  /** The epochs before the running one. */
  readonly history: readonly EpochRecord[]
  readonly best?: BestWeights | undefined
  /** Of the running epoch's steps. */
  readonly sums: EpochSums
  readonly judging: Judging
  readonly choices?: Choices | undefined
  /** All that stays at the engine (see `Program.read`); empty when the training has ended. */
  readonly state: Tensors
}

/** Where a training keeps its checkpoints. */
export interface Checkpoints {
  /** Milliseconds of work that may be lost at most, where the disk is fast enough. Default: 60,000. */
  readonly mostLost?: number | undefined
  /**
   * Keeps a checkpoint, whole or not at all, and the one before it. Its tensors are only read, but while it is written nobody else
   * may write into them.
   *
   * @throws {Problem} when it cannot be kept, for a full disk and the like
   */
  save(checkpoint: Checkpoint): Promise<void>
  /** @throws {Problem} when a newer Chestnut wrote what is kept */
  latest(): Promise<FoundCheckpoint>
  /** Removes all of them. */
  clear(): Promise<void>
}

export interface FoundCheckpoint {
  /** The newest that is whole; undefined where there is none. */
  readonly checkpoint: Checkpoint | undefined
  /** What a person should know of those that were passed over, in sentences. */
  readonly warnings: readonly string[]
}
