import { elements, float32, Problem, random, type Tensor, type Tensors } from '../core/index.ts'
import type { MaskInput } from '../models/index.ts'

/**
 * The masks of one training step: 0 with the mask's rate, else 1 / (1 − rate), so that the mean stays (inverted dropout,
 * Srivastava et al. 2014). They depend on seed, mask and step alone.
 *
 * @param step counted over all epochs from 0
 */
export function dropoutMasks(
  masks: readonly MaskInput[],
  at: { readonly size: number; readonly seed: number; readonly step: number },
): Tensors {
  return Object.fromEntries(
    masks.map(mask => {
      const { data, shape } = emptyMask(mask, at.size)
      random(at.seed, 'dropout', mask.input, at.step).fill(data)
      const kept = 1 / (1 - mask.rate)
      for (let i = 0; i < data.length; i++) data[i] = data[i]! < mask.rate ? 0 : kept
      return [mask.input, float32(shape, data)]
    }),
  )
}

/** Masks that keep everything, for judging. */
export function openMasks(masks: readonly MaskInput[], size: number): Tensors {
  return Object.fromEntries(
    masks.map((mask): [string, Tensor] => {
      const { data, shape } = emptyMask(mask, size)
      return [mask.input, float32(shape, data.fill(1))]
    }),
  )
}

function emptyMask(mask: MaskInput, size: number): { data: Float32Array; shape: readonly number[] } {
  const shape = mask.shape.map((length, axis) => {
    if (axis === 0) return size
    if (typeof length === 'number') return length
    throw new Problem(`Cannot draw dropout for "${mask.input}": its shape [${mask.shape.join(', ')}] is not fixed`)
  })
  return { data: new Float32Array(elements(shape)), shape }
}
