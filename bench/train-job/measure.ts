import { performance } from 'node:perf_hooks'
import type { Side } from '../side.ts'

/** A side of the benchmark, and what it is asked. */
export interface Contender {
  readonly key: string
  readonly open: () => Promise<Side>
  /** Once, before the rounds. */
  readonly first?: readonly string[]
  /** In each round. */
  readonly turns: readonly string[]
  /** Rounds in which it takes part, but for the first one. Default: all. */
  readonly rounds?: number
}

/** What a side took. */
export interface Measured {
  /** Seconds until it could begin. */
  readonly start: number
  /** What it was asked → its answers, one a round. */
  readonly answers: ReadonlyMap<string, readonly (readonly number[])[]>
}

/**
 * Every side takes its turns in each round. The first round, in which memory is asked for and programs are loaded, does not count.
 *
 * @returns by the contenders' keys
 */
export async function measure(contenders: readonly Contender[], runs: number): Promise<ReadonlyMap<string, Measured>> {
  const sides = new Map<Contender, Side>()
  const measured = new Map<string, { start: number; answers: Map<string, (readonly number[])[]> }>()
  try {
    for (const contender of contenders) {
      const started = performance.now()
      sides.set(contender, await contender.open())
      measured.set(contender.key, { start: (performance.now() - started) / 1000, answers: new Map() })
    }
    for (const [{ key, first = [] }, side] of sides) {
      for (const turn of first) measured.get(key)?.answers.set(turn, [await side.ask(turn)])
    }
    for (let round = 0; round <= runs; round++) {
      for (const [{ key, turns, rounds = runs }, side] of sides) {
        if (round > rounds) continue
        for (const turn of turns) {
          const numbers = await side.ask(turn)
          const before = round < 2 ? [] : (measured.get(key)?.answers.get(turn) ?? [])
          if (round > 0) measured.get(key)?.answers.set(turn, [...before, numbers])
        }
      }
      console.error(`Round ${round} of ${runs} is over`)
    }
  } finally {
    for (const side of sides.values()) await side.end()
  }
  return measured
}
