import type { Interval } from '../statistics/index.ts'

/** An area with as many digits as 100 to 100,000 films can tell. */
export function areaText(value: number): string {
  return value.toFixed(3)
}

/** `0.869 to 0.957` */
export function rangeText({ low, high }: Interval): string {
  return `${areaText(low)} to ${areaText(high)}`
}

/** `0.926 (0.901 to 0.945)` */
export function intervalText(interval: Interval): string {
  return `${areaText(interval.value)} (${rangeText(interval)})`
}
