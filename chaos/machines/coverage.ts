import { type KillPlan, moments } from './plan.ts'
import { targets } from './targets.ts'
import type { Verdict } from './verdict.ts'

/** How often a process was killed at a call, by the moment. */
export interface CallCoverage {
  readonly call: string
  readonly hits: Readonly<Record<KillPlan['when'], number>>
}

/** Of every call that was made, and of every one that was to be. */
export function coverageOf(verdicts: readonly Verdict[]): readonly CallCoverage[] {
  const calls = new Set([...targets.map(({ call }) => call), ...verdicts.flatMap(one => one.calls)])
  const kills = verdicts.flatMap(one => one.kills)
  return [...calls].sort().map(call => {
    const count = (when: KillPlan['when']): number => kills.filter(at => at.call === call && at.when === when).length
    const [unsent, received, done, answered] = moments.map(count) as [number, number, number, number]
    return { call, hits: { unsent, received, done, answered } }
  })
}

/** Calls and moments at which nobody was killed. */
export function missedOf(coverage: readonly CallCoverage[]): number {
  return coverage.flatMap(({ hits }) => Object.values(hits)).filter(hits => hits === 0).length
}

/** For people: "POST instance/servers: killed 3 times unsent, 2 received, 4 done, 3 answered". */
export function coverageLines(verdicts: readonly Verdict[]): readonly string[] {
  const struck = verdicts.flatMap(one => one.struck)
  const counts = [...new Set(struck)].sort().map(what => `${what} ${struck.filter(one => one === what).length}`)
  return [
    'Killed at a call: unsent, received, done and not answered, answered',
    ...coverageOf(verdicts).map(({ call, hits }) => {
      return `${moments.map(when => String(hits[when]).padStart(4)).join(' ')}  ${call}`
    }),
    `Runs in which it came to: ${counts.join('; ')}`,
  ]
}
