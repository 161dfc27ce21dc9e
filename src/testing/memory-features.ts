import { elements, float32 } from '../core/index.ts'
import type { Features } from '../train/index.ts'

/** Features that lie in memory, one row a film. @param shape of a row */
export function memoryFeatures(values: Float32Array, shape: readonly number[]): Features {
  const width = elements(shape)
  return {
    films: values.length / width,
    variants: 1,
    async read(wanted) {
      const rows = new Float32Array(wanted.length * width)
      for (const [i, { film }] of wanted.entries())
        rows.set(values.subarray(film * width, (film + 1) * width), i * width)
      return float32([wanted.length, ...shape], rows)
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
}
