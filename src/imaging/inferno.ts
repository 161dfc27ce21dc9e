/**
 * Nine stops of the colour map "inferno" (van der Walt and Smith, matplotlib 1.5, CC0): lightness grows evenly, and it
 * reads the same to people who do not tell red from green.
 */
const stops: readonly (readonly [number, number, number])[] = [
  [0, 0, 4],
  [31, 12, 72],
  [85, 15, 109],
  [136, 34, 106],
  [186, 54, 85],
  [227, 89, 51],
  [249, 140, 10],
  [249, 201, 50],
  [252, 255, 164],
]

/** Red, green and blue (0 to 255) for a value from 0 to 1, linear between the stops. */
export function inferno(value: number): readonly [number, number, number] {
  const place = Math.min(1, Math.max(0, value)) * (stops.length - 1)
  const index = Math.min(stops.length - 2, Math.floor(place))
  const low = stops[index]!
  const high = stops[index + 1]!
  const part = place - index
  const mix = (c: 0 | 1 | 2): number => low[c] + part * (high[c] - low[c])
  return [mix(0), mix(1), mix(2)]
}
