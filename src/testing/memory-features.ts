import { elements, float32 } from '../core/index.ts'
import type { Features } from '../train/index.ts'

/**
 * Features that lie in memory.
 *
 * @param variants one after the other, each with one row a film
 * @param shape of a row
 */
export function memoryFeatures(variants: readonly Float32Array[], shape: readonly number[]): Features {
  const width = elements(shape)
  return {
    films: (variants[0]?.length ?? 0) / width,
    variants: variants.length,
    async read(wanted) {
      const rows = new Float32Array(wanted.length * width)
      for (const [i, { film, variant }] of wanted.entries()) {
        rows.set(variants[variant]!.subarray(film * width, (film + 1) * width), i * width)
      }
      return float32([wanted.length, ...shape], rows)
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
}
