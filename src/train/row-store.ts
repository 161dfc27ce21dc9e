import { setImmediate } from 'node:timers/promises'

/** Rows of equal size by number: what was computed once. */
export interface RowStore extends AsyncDisposable {
  /** Whether rows are lost with the process. */
  readonly inMemory: boolean
  has(row: number): boolean
  /** Copies rows into a buffer, one after the other. @returns whether all of them were there, just as they were kept */
  read(rows: readonly number[], into: Uint8Array): Promise<boolean>
  /** Takes rows, one after the other in a buffer that is given away. */
  keep(rows: readonly number[], bytes: Uint8Array): Promise<void>
  /** What was kept before outlives the process from here on, if the store does. */
  flush(): Promise<void>
}

/** Copied at once, then others get their turn: a row may hold some hundred kilobytes. */
const slice = 2 * 2 ** 20

/** Rows in memory. */
export function memoryRows(): RowStore {
  const kept = new Map<number, Uint8Array>()
  return {
    inMemory: true,
    has: row => kept.has(row),
    async read(rows, into) {
      let filled = 0
      for (const row of rows) {
        const bytes = kept.get(row)
        if (bytes === undefined) return false
        if (Math.floor(filled / slice) !== Math.floor((filled + bytes.length) / slice)) await setImmediate()
        into.set(bytes, filled)
        filled += bytes.length
      }
      return true
    },
    async keep(rows, bytes) {
      const size = bytes.length / rows.length
      for (const [i, row] of rows.entries()) kept.set(row, bytes.subarray(i * size, (i + 1) * size))
    },
    flush: async () => undefined,
    [Symbol.asyncDispose]: async () => kept.clear(),
  }
}
