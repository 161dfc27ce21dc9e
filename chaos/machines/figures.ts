import type { Figure } from '../../bench/benchmark.ts'
import { coverageOf, missedOf } from './coverage.ts'
import type { Verdict } from './verdict.ts'

/** So many runs come to every call and moment. */
const enough = 500
/** Per cent: in others the last unit was seen to begin, or not to, or the server was there a while before it was started. */
const mostlyExact = 80

/** What a run broke, in words. */
export function brokenOf(verdict: Verdict): readonly string[] {
  const { left, twins, untrue, over, broken, isKept, billed, booked } = verdict
  return [
    ...broken,
    left > 0 ? `${left} objects left` : undefined,
    twins > 0 ? `${twins} pairs of servers at one time` : undefined,
    untrue > 0 ? `${untrue} times destroyed before it was true` : undefined,
    over > 0 ? `€${over.toFixed(4)} too much` : undefined,
    isKept && misbooked(verdict, true) ? `€${booked.toFixed(4)} booked of €${billed.toFixed(4)}` : undefined,
  ].filter(word => word !== undefined)
}

export function figuresOf(verdicts: readonly Verdict[]): readonly Figure[] {
  const total = (of: (verdict: Verdict) => number): number => verdicts.reduce((sum, one) => sum + of(one), 0)
  const none = (name: string, value: number, unit: string, among = verdicts): Figure => {
    return { case: name, value, unit, goal: 0, met: value === 0, runs: among.length }
  }
  const inTime = verdicts.filter(({ isLate }) => !isLate)
  const late = verdicts.filter(({ isLate }) => isLate)
  const over = (among: readonly Verdict[]): number => among.filter(one => one.over > 0).length
  const [left, twins] = [total(one => one.left), total(one => one.twins)]
  const [untrue, broken] = [total(one => one.untrue), total(one => one.broken.length)]
  return [
    none('billable after one sweep past the deadline', left, 'objects'),
    none('two servers of one run at one time', twins, 'pairs'),
    none('written down as destroyed before it was true', untrue, 'times'),
    none('above the cap and one unit, the outage over before the deadline', over(inTime), 'runs', inTime),
    none('above the cap, one unit and the price of the outage, which lasted longer', over(late), 'runs', late),
    none('processes that crashed or never ended', broken, 'processes'),
    ...ledgerFigures(verdicts.filter(({ isKept }) => isKept)),
    ...(verdicts.length < enough
      ? []
      : [none('calls and moments at which nobody was killed', missedOf(coverageOf(verdicts)), 'moments')]),
  ]
}

/** Of the runs whose journal could be written. */
function ledgerFigures(kept: readonly Verdict[]): readonly Figure[] {
  const sum = (of: (verdict: Verdict) => number): number => kept.reduce((total, one) => total + of(one), 0)
  const billed = sum(one => one.billed)
  const share = billed === 0 ? 0 : Math.abs(sum(one => one.booked) - billed) / billed
  const apart = Number((100 * share).toFixed(2))
  const exact = kept.filter(one => !misbooked(one, false)).length
  const percent = Number(((100 * exact) / Math.max(1, kept.length)).toFixed(1))
  const wrong = kept.filter(one => misbooked(one, true)).length
  const runs = kept.length
  return [
    { case: 'ledger from the bill, in the sum', value: apart, unit: '%', goal: 1, met: apart <= 1, runs },
    {
      case: 'single runs whose ledger is within 1 % of their bill',
      value: percent,
      unit: '%',
      goal: mostlyExact,
      met: percent >= mostlyExact || runs - exact <= 1,
      runs,
    },
    {
      case: 'single runs whose ledger is further from their bill than 1 % and one unit a server',
      value: wrong,
      unit: 'runs',
      goal: 0,
      met: wrong === 0,
      runs,
    },
  ]
}

/** Whether ledger and bill differ by more than 1 %; a unit for each server may be let through: nobody sees the very moment at which one ends. */
function misbooked({ billed, booked, unit, servers }: Verdict, lenient: boolean): boolean {
  return Math.abs(booked - billed) > 0.01 * billed + (lenient ? unit * servers : 0) + 1e-9
}
