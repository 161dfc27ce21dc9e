/** One measured number and what was wanted of it. */
export interface Figure {
  /** What was measured, or against what. */
  readonly case: string
  /** The median of the runs, unless the case says otherwise. */
  readonly value: number
  readonly unit: string
  readonly goal: number
  readonly met: boolean
  readonly runs: number
}

export interface BenchmarkOptions {
  /** Small, as a smoke test: the figures mean little. */
  readonly quick: boolean
}

/** A benchmark is the file `bench/NAME.ts` that exports one of these as `bench`. */
export interface Benchmark {
  readonly name: string
  /** One line for the listing. */
  readonly title: string
  run(options: BenchmarkOptions): Promise<readonly Figure[]>
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
