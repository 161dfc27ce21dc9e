import { elements, type Tensor, type Tensors } from '../../core/index.ts'
import { drawMask } from '../dropout-mask.ts'
import type { Masks } from '../engine.ts'

/** The shape of each mask in a run: the batch decides it. */
export type MaskShapes = Readonly<Record<string, readonly number[]>>

/** Draws masks into buffers that it keeps: a step asks for the same ones as the step before. */
export interface MaskMaker {
  /** @param step counted from 0; undefined: masks that keep everything */
  masks(shapes: MaskShapes, step: number | undefined): Tensors
}

export function maskMaker(rule: Masks | undefined): MaskMaker {
  const drawn = new Map<string, Float32Array>()
  const open = new Map<number, Float32Array>()

  const openMask = (length: number): Float32Array => held(open, length, () => new Float32Array(length).fill(1))
  const drawnMask = (input: string, rate: number, length: number, step: number): Float32Array => {
    const buffer = held(drawn, `${length} ${input}`, () => new Float32Array(length))
    return drawMask(buffer, { seed: rule?.seed ?? 0, input, rate, step })
  }
  return {
    masks(shapes, step) {
      const made: Record<string, Tensor> = {}
      for (const [input, rate] of Object.entries(rule?.rates ?? {})) {
        const shape = shapes[input]!
        const length = elements(shape)
        const data = step === undefined ? openMask(length) : drawnMask(input, rate, length, step)
        made[input] = { dtype: 'float32', shape, data }
      }
      return made
    },
  }
}

function held<Key>(buffers: Map<Key, Float32Array>, key: Key, make: () => Float32Array): Float32Array {
  const known = buffers.get(key) ?? make()
  buffers.set(key, known)
  return known
}
