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

function brokenOf({ left, twins, untrue, over, broken, isKept, billed, booked, unit }: Verdict): readonly string[] {
  const off = isKept ? Math.abs(booked - billed) : 0
  return [
    left > 0 ? `${left} objects left` : undefined,
    twins > 0 ? `${twins} pairs of servers at one time` : undefined,
    untrue > 0 ? `${untrue} times destroyed before it was true` : undefined,
    ...broken,
    over > 0 ? `€${over.toFixed(4)} too much` : undefined,
    off > 0.01 * billed + unit ? `€${booked.toFixed(4)} booked of €${billed.toFixed(4)}` : undefined,
  ].filter(word => word !== undefined)
}

function figuresOf(verdicts: readonly Verdict[]): readonly Figure[] {
  const runs = verdicts.length
  const total = (of: (verdict: Verdict) => number, among = verdicts): number =>
    among.reduce((sum, one) => sum + of(one), 0)
  const none = (name: string, value: number, unit: string): Figure => ({
    case: name,
    value,
    unit,
    goal: 0,
    met: value === 0,
    runs,
  })
  const kept = verdicts.filter(({ isKept }) => isKept)
  const billed = total(one => one.billed, kept)
  const off = billed === 0 ? 0 : Math.abs(total(one => one.booked, kept) - billed) / billed
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
      'destroyed before it was true',
      total(one => one.untrue),
      'times',
    ),
    none('above the cap, one unit and the outage', verdicts.filter(({ over }) => over > 0).length, 'runs'),
    {
      case: 'ledger against the bill, where the journal could be written',
      value: Number((100 * off).toFixed(2)),
      unit: '%',
      goal: 1,
      met: off <= 0.01,
      runs: kept.length,
    },
  ]
}
