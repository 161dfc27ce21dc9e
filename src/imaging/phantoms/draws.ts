import type { Random } from '../../core/index.ts'

/** A number between two bounds, all equally likely. */
export function between(random: Random, low: number, high: number): number {
  return low + random.uniform() * (high - low)
}

/** A number of the normal distribution, cut off at two deviations. */
export function around(random: Random, mean: number, deviation: number): number {
  return mean + deviation * Math.max(-2, Math.min(2, random.normal()))
}

export function chance(random: Random, probability: number): boolean {
  return random.uniform() < probability
}
