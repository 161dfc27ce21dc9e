import { confusion, type Interval, type RateName, ratesClustered } from '../statistics/index.ts'
import type { OperatingPoint } from './evaluation.ts'
import type { Judged } from './judged.ts'

/** What the model's answers are worth at the threshold that validation chose. */
export function operatingPoint(
  { probabilities, labels, patients }: Judged,
  threshold: number,
  resampling: { readonly seed: number; readonly draws: number },
): OperatingPoint {
  const rates = ratesClustered({ scores: probabilities, labels, clusters: patients }, threshold, resampling)
  const orNull = (name: RateName): Interval | null => rates[name] ?? null
  return {
    threshold,
    confusion: confusion(probabilities, labels, threshold),
    rates: {
      sensitivity: orNull('sensitivity'),
      specificity: orNull('specificity'),
      ppv: orNull('ppv'),
      npv: orNull('npv'),
      accuracy: orNull('accuracy'),
      f1: orNull('f1'),
    },
  }
}
