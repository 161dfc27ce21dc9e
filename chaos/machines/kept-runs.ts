import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { checkStamp } from '../../src/core/index.ts'
import type { Verdict } from './verdict.ts'

/** What a run came to, as one line of a file. */
interface KeptRun {
  readonly format: 'chestnut.chaos-run/1'
  readonly seed: number
  readonly number: number
  readonly verdict: Verdict
}

/** The runs of a seed that stand in a file, by their numbers. A last line that was cut short counts as not run. */
export function keptRuns(path: string | undefined, seed: number): ReadonlyMap<number, Verdict> {
  if (path === undefined || !existsSync(path)) return new Map()
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  const runs = lines.filter(line => line !== '').map((line): KeptRun => JSON.parse(line))
  for (const { format } of runs) checkStamp(format, 'chaos-run', 1)
  return new Map(runs.filter(run => run.seed === seed).map(({ number, verdict }) => [number, verdict]))
}

export function keepRun(path: string | undefined, seed: number, number: number, verdict: Verdict): void {
  if (path === undefined) return
  const run: KeptRun = { format: 'chestnut.chaos-run/1', seed, number, verdict: { ...verdict, told: [] } }
  appendFileSync(path, `${JSON.stringify(run)}\n`)
}
