import type { Figure } from '../bench/benchmark.ts'
import type { Chaos, ChaosOptions } from './chaos.ts'
import { episode } from './machines/episode.ts'
import { planOf } from './machines/plan.ts'
import type { Verdict } from './machines/verdict.ts'

export const chaos: Chaos = {
  name: 'machines',
  title:
    'controllers that die at every call to the cloud, which fails too: what is left running, and what does it cost?',
  run: async options => {
    const verdicts = await episodes(options)
    return figuresOf(verdicts)
  },
}

async function episodes({ runs, seed, only, atOnce, progress }: ChaosOptions): Promise<readonly Verdict[]> {
  const numbers = only === undefined ? [...Array(runs).keys()] : [only]
  const verdicts: Verdict[] = []
  const next = numbers[Symbol.iterator]()
  const worker = async (): Promise<void> => {
    for (const number of next) {
      const plan = planOf(seed, number)
      const verdict = await episode(plan, number)
      verdicts.push(verdict)
      const broken = brokenOf(verdict)
      if (broken.length > 0 || only !== undefined) {
        progress(
          `run ${number}: ${broken.join(', ') || 'nothing broken'}; alone: npm run chaos -- machines --seed ${seed} --only ${number}`,
        )
        progress(JSON.stringify({ verdict, plan }))
      } else if (verdicts.length % 25 === 0) progress(`${verdicts.length} of ${numbers.length} runs`)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, numbers.length) }, worker))
  return verdicts
}

function brokenOf(verdict: Verdict): readonly string[] {
  const { left, twins, untrue, over, broken, isKept, billed, booked } = verdict
  return [
    ...broken,
    left > 0 ? `${left} objects left` : undefined,
    twins > 0 ? `${twins} pairs of servers at one time` : undefined,
    untrue > 0 ? `${untrue} times destroyed before it was true` : undefined,
    over > 0 ? `€${over.toFixed(4)} too much` : undefined,
    isKept && misbooked(verdict) > 0 ? `€${booked.toFixed(4)} booked of €${billed.toFixed(4)}` : undefined,
  ].filter(word => word !== undefined)
}

function figuresOf(verdicts: readonly Verdict[]): readonly Figure[] {
  const total = (of: (verdict: Verdict) => number, among = verdicts): number =>
    among.reduce((sum, one) => sum + of(one), 0)
  const none = (name: string, value: number, unit: string, among = verdicts): Figure => {
    return { case: name, value, unit, goal: 0, met: value === 0, runs: among.length }
  }
  const inTime = verdicts.filter(({ isLate }) => !isLate)
  const late = verdicts.filter(({ isLate }) => isLate)
  const kept = verdicts.filter(({ isKept }) => isKept)
  const over = (among: readonly Verdict[]): number => among.filter(one => one.over > 0).length
  const billed = total(one => one.billed, kept)
  const share = billed === 0 ? 0 : Math.abs(total(one => one.booked, kept) - billed) / billed
  const sum = Number((100 * share).toFixed(2))
  const name = 'ledger against the bill, in the sum of the runs whose journal could be written'
  return [
    none(
      'billable after one sweep past the deadline',
      total(one => one.left),
      'objects',
    ),
    none(
      'two servers of one run at one time',
      total(one => one.twins),
      'pairs',
    ),
    none(
      'written down as destroyed before it was true',
      total(one => one.untrue),
      'times',
    ),
    none('above the cap and one unit, the outage over before the deadline', over(inTime), 'runs', inTime),
    none('above the cap, one unit and the price of the outage, which lasted longer', over(late), 'runs', late),
    none(
      'processes that crashed or never ended',
      total(one => one.broken.length),
      'processes',
    ),
    { case: name, value: sum, unit: '%', goal: 1, met: sum <= 1, runs: kept.length },
    none(
      'ledger further from the bill than 1 % and one unit a server, the journal could be written',
      kept.filter(one => misbooked(one) > 0).length,
      'runs',
      kept,
    ),
  ]
}

/** Euros beyond 1 % and a unit for each server: nobody sees the very moment at which one ends, and it may be in the next unit. */
function misbooked({ billed, booked, unit, servers }: Verdict): number {
  return Math.max(0, Math.abs(booked - billed) - 0.01 * billed - unit * servers)
}
