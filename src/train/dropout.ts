import { setImmediate } from 'node:timers/promises'
import { elements, float32, Problem, random, type Tensor, type Tensors } from '../core/index.ts'
import type { MaskInput } from '../models/index.ts'

/** Numbers drawn at a time: about a millisecond, then others get their turn. */
const slice = 2 ** 13

/**
 * The masks of one training step: 0 with the mask's rate, else 1 / (1 − rate), so that the mean stays (inverted dropout,
 * Srivastava et al. 2014). They depend on seed, mask and step alone.
 *
 * @param step counted over all epochs from 0
 */
export async function dropoutMasks(
  masks: readonly MaskInput[],
  at: { readonly size: number; readonly seed: number; readonly step: number },
): Promise<Tensors> {
  const drawn: Record<string, Tensor> = {}
  for (const mask of masks) {
    const shape = shapeOf(mask, at.size)
    const data = new Float32Array(elements(shape))
    const draw = random(at.seed, 'dropout', mask.input, at.step)
    const kept = 1 / (1 - mask.rate)
    for (let from = 0; from < data.length; from += slice) {
      const part = draw.fill(data.subarray(from, from + slice))
      for (let i = 0; i < part.length; i++) part[i] = part[i]! < mask.rate ? 0 : kept
      await setImmediate()
    }
    drawn[mask.input] = float32(shape, data)
  }
  return drawn
}

/** Masks that keep everything, for judging. */
export function openMasks(masks: readonly MaskInput[], size: number): Tensors {
  return Object.fromEntries(
    masks.map(mask => {
      const shape = shapeOf(mask, size)
      return [mask.input, float32(shape, new Float32Array(elements(shape)).fill(1))]
    }),
  )
}

function shapeOf(mask: MaskInput, size: number): readonly number[] {
  return mask.shape.map((length, axis) => {
    if (axis === 0) return size
    if (typeof length === 'number') return length
    throw new Problem(`Cannot draw dropout for "${mask.input}": its shape [${mask.shape.join(', ')}] is not fixed`)
  })
}
