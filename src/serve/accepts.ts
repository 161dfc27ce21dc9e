/** Whether an `Accept` header takes a media type; a missing header takes everything (RFC 9110, 12.5.1). */
export function accepts(header: string | null, type: string): boolean {
  return quality(header, type) > 0
}

/** The weight that an `Accept` header gives to a media type, from 0 to 1; the most specific range decides. */
export function quality(header: string | null, type: string): number {
  if (header === null || header.trim() === '') return 1
  const [family] = type.split('/')
  const ranges = header.split(',').map(part => part.split(';').map(piece => piece.trim().toLowerCase()))
  for (const wanted of [type, `${family}/*`, '*/*']) {
    const found = ranges.find(([range]) => range === wanted)
    if (found) return weight(found)
  }
  return 0
}

function weight(range: readonly string[]): number {
  const text = range.find(piece => piece.startsWith('q='))
  const value = text === undefined ? 1 : Number(text.slice(2))
  return value >= 0 && value <= 1 ? value : 0
}
