import { type Clock, Problem } from '../core/index.ts'
import type { Checkpoint, Checkpoints } from './checkpoint.ts'

/** Decides when a checkpoint is due, and has it written while training goes on. */
export interface Checkpointer {
  /** Between two steps: takes a checkpoint and begins to write it, where it is due. */
  offer(take: () => Promise<Checkpoint>): Promise<void>
  /** Takes a checkpoint and waits until it is written. @returns whether it was */
  keep(take: () => Promise<Checkpoint>): Promise<boolean>
  /** Waits for what is being written. */
  settle(): Promise<void>
  /** What could not be written since the last call, in sentences. */
  warnings(): readonly string[]
}

const usuallyLost = 60_000
/** Until one was written, writing is taken for this share of the time between two. */
const firstGuess = 1 / 12

/**
 * A checkpoint is begun so early that it is written before more than `mostLost` milliseconds of work are at stake: when the time
 * since the state of the last one, the time that writing took and that of one more step come to that.
 *
 * @param checkpoints undefined: nothing is ever kept
 */
export function checkpointer(checkpoints: Checkpoints | undefined, clock: Clock): Checkpointer {
  const mostLost = checkpoints?.mostLost ?? usuallyLost
  let takenAt = clock.now()
  let offeredAt = takenAt
  let writingTime = mostLost * firstGuess
  let writing: Promise<boolean> | undefined
  let busy = false
  let said = ''
  let unsaid: string[] = []

  const write = async (into: Checkpoints, checkpoint: Checkpoint): Promise<boolean> => {
    const started = takenAt
    try {
      await into.save(checkpoint)
      writingTime = clock.now() - started
      said = ''
      return true
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      // Said once, not with each checkpoint, until one is kept again.
      if (said !== error.message) {
        unsaid.push(`${error.message}. If the training is stopped, what it did since the last checkpoint is lost`)
      }
      said = error.message
      return false
    } finally {
      busy = false
    }
  }
  const begin = async (into: Checkpoints, take: () => Promise<Checkpoint>): Promise<void> => {
    takenAt = clock.now()
    const checkpoint = await take()
    busy = true
    writing = write(into, checkpoint)
    // Seen when it is settled; without this Node would call a defect's rejection unhandled until then.
    writing.catch(() => undefined)
  }
  const settle = async (): Promise<boolean> => {
    const written = await writing
    writing = undefined
    return written ?? false
  }

  return {
    async offer(take) {
      const now = clock.now()
      const step = now - offeredAt
      offeredAt = now
      if (checkpoints === undefined || busy || now - takenAt + writingTime + step < mostLost) return
      await settle()
      await begin(checkpoints, take)
    },
    async keep(take) {
      await settle()
      if (checkpoints === undefined) return false
      await begin(checkpoints, take)
      return settle()
    },
    settle: async () => void (await settle()),
    warnings() {
      const now = unsaid
      unsaid = []
      return now
    },
  }
}
