import { lineReader } from './lines.ts'

/** The lines of a text by number, from 0 in the order in which they first appear: `distinct[numbers[i]]` is line `i`. */
export interface Numbered {
  readonly numbers: Int32Array
  readonly distinct: readonly string[]
}

export function numbered(text: string, lines: number): Numbered {
  const next = lineReader(text)
  const places = new Map<string, number>()
  const numbers = new Int32Array(lines)
  for (let i = 0; i < lines; i++) {
    const line = next()
    let place = places.get(line)
    if (place === undefined) {
      place = places.size
      places.set(line, place)
    }
    numbers[i] = place
  }
  return { numbers, distinct: [...places.keys()] }
}
