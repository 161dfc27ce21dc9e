import { confusion, type Interval, type RateName, rateClustered, rateInterval, rateNames } from '../statistics/index.ts'
import type { OperatingPoint } from './evaluation.ts'
import type { Judged } from './judged.ts'
import { plainInterval } from './plain-interval.ts'

/** What the model's answers are worth at the threshold that validation chose. */
export function operatingPoint(
  judged: Judged,
  threshold: number,
  options: { readonly seed: number; readonly draws: number },
): OperatingPoint {
  const rates = Object.fromEntries(rateNames.map(name => [name, judgeRate(name, judged, threshold, options)]))
  return {
    threshold,
    confusion: confusion(judged.probabilities, judged.labels, threshold),
    rates: rates as Record<RateName, Interval | null>,
  }
}

function judgeRate(
  name: RateName,
  { probabilities, labels, patients }: Judged,
  threshold: number,
  options: { readonly seed: number; readonly draws: number },
): Interval | null {
  const scored = { scores: probabilities, labels, clusters: patients }
  const found = rateClustered(name, scored, threshold, options)
  if (found === undefined) return null
  // Resampling 12 of 12 gives 12 of 12 for ever: Wilson knows better.
  const spreads = found.low < found.high
  if (spreads || name === 'f1') return found
  return plainInterval(rateInterval(name, confusion(probabilities, labels, threshold)))
}
