/** 0 below `low`, 1 above `high`, smooth between; `low` may be the greater one. */
export function ramp(low: number, high: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)))
  return t * t * (3 - 2 * t)
}

export function mix(a: number, b: number, part: number): number {
  return a + part * (b - a)
}

/** The smaller of two numbers with the corner between them rounded over a width of `round`. */
export function softMin(a: number, b: number, round: number): number {
  const h = Math.max(0, round - Math.abs(a - b)) / round
  return Math.min(a, b) - (h * h * round) / 4
}

/** A function of the unit interval at 513 places: inner loops look values up, which costs no call. */
export type Table = Float64Array

const steps = 512

export function tabulate(of: (x: number) => number): Table {
  return Float64Array.from({ length: steps + 1 }, (_, i) => of(i / steps))
}

/** The function's value, linear between the places; constant outside of the unit interval. */
export function look(table: Table, x: number): number {
  const place = Math.min(1, Math.max(0, x)) * steps
  const i = Math.min(steps - 1, Math.floor(place))
  return table[i]! + (place - i) * (table[i + 1]! - table[i]!)
}
