import { setImmediate } from 'node:timers/promises'

/** So many elementary steps take a few milliseconds; after them the event loop gets its turn. */
const stepsPerTurn = 3_000_000

/**
 * Calls `work(from, to)` for bands of rows in order and lets the event loop run between bands, so that a large film does
 * not hold up a server.
 *
 * @param cost elementary steps a row
 */
export async function inBands(rows: number, cost: number, work: (from: number, to: number) => void): Promise<void> {
  const band = Math.max(1, Math.floor(stepsPerTurn / Math.max(1, cost)))
  for (let from = 0; from < rows; from += band) {
    if (from > 0) await setImmediate()
    work(from, Math.min(rows, from + band))
  }
}
