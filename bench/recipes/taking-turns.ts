import { elements, float32 } from '../../src/core/index.ts'
import type { Features } from '../../src/train/index.ts'

/** The same films, drawn several times, as variants. */
export function takingTurns(looks: readonly Features[]): Features {
  return {
    films: looks[0]?.films ?? 0,
    variants: looks.length,
    async read(wanted) {
      const rows = await Promise.all(wanted.map(({ film, variant }) => looks[variant]!.read([{ film, variant: 0 }])))
      const [, ...shape] = rows[0]!.shape
      const values = new Float32Array(rows.length * elements(shape))
      for (const [i, row] of rows.entries()) values.set(row.data as Float32Array, i * elements(shape))
      return float32([rows.length, ...shape], values)
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
}
