import { setImmediate } from 'node:timers/promises'
import { elements, float32, floats, type Tensor, type Tensors } from '../core/index.ts'
import type { Program } from '../engine/index.ts'
import type { Images } from './images.ts'
import type { Rows } from './rows.ts'

/** Gives the trained part its inputs, by name: images, or what the frozen part makes of them. */
export interface BatchSource {
  batch(indices: readonly number[], epoch: number): Promise<Tensors>
}

/** For a network that is trained from its image on. */
export function imageSource(images: Images): BatchSource {
  return { batch: images }
}

/** Runs the frozen part on each batch: for films that differ in each epoch, or are too many to keep. */
export function frozenSource(images: Images, frozen: FrozenPart): BatchSource {
  return {
    batch: async (indices, epoch) => ({ [frozen.output]: await frozen.features(await images(indices, epoch)) }),
  }
}

/** Rows copied at a time, then others get their turn: a row may hold some hundred kilobytes. */
const rowsAtATime = 8

/** Rows that were computed before and are kept in memory. @param input the trained part's */
export function rowSource(rows: Rows, input: string): BatchSource {
  const width = elements(rows.shape)
  return {
    async batch(indices) {
      const values = new Float32Array(indices.length * width)
      for (const [i, index] of indices.entries()) {
        values.set(rows.values.subarray(index * width, (index + 1) * width), i * width)
        if (i % rowsAtATime === rowsAtATime - 1) await setImmediate()
      }
      return { [input]: float32([indices.length, ...rows.shape], values) }
    },
  }
}

/** The frozen part of a network, loaded. */
export interface FrozenPart {
  /** The boundary. */
  readonly output: string
  /** image → boundary. The images are given away. */
  features(images: Tensors): Promise<Tensor>
}

export function frozenPart(program: Program, output: string): FrozenPart {
  return {
    output,
    async features(images) {
      const answer = await program.run(images, { handOver: true })
      const value = answer[output]!
      return float32(value.shape, floats(value))
    },
  }
}
