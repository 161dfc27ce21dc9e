import type { Range } from './range.ts'

/** Buckets of a float32: sign, exponent and the first seven bits of its fraction. */
const buckets = 2 ** 16

/** Counts the numbers of a value by their size, so that nothing else of them need be kept. */
export interface ValueHistogram {
  add(values: Float32Array): void
  /** Least and largest number that was seen. */
  readonly whole: Range
  /** The range that loses least when it is held in 255 steps: what is cut off against what is rounded (mean squared error). */
  readonly best: Range
  /** The range without the share of numbers that are largest in size. */
  without(share: number): Range
}

export function valueHistogram(): ValueHistogram {
  const counts = new Float64Array(buckets)
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  return {
    add(values) {
      const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
      for (let i = 0; i < values.length; i++) {
        const value = values[i]!
        if (value < low) low = value
        if (value > high) high = value
        counts[bits[i]! >>> 16]!++
      }
    },
    get whole() {
      return { low, high }
    },
    get best() {
      return leastError(filled(counts), { low, high })
    },
    without(share) {
      return trimmed(filled(counts), { low, high }, share)
    },
  }
}

interface Bucket {
  /** The number in its middle. */
  readonly value: number
  readonly count: number
}

/** The buckets that hold something, from the least number to the largest. */
function filled(counts: Float64Array): readonly Bucket[] {
  const bits = new Uint32Array(1)
  const float = new Float32Array(bits.buffer)
  const found: Bucket[] = []
  counts.forEach((count, bucket) => {
    if (count === 0) return
    bits[0] = bucket * 2 ** 16 + 2 ** 15
    found.push({ value: bucket === 0 || bucket === 2 ** 15 ? 0 : float[0]!, count })
  })
  return found.sort((a, b) => a.value - b.value)
}

/** Shares of the whole range that are tried. */
const tried = Array.from({ length: 64 }, (_, i) => 1 - i / 80)

function leastError(found: readonly Bucket[], whole: Range): Range {
  let best = whole
  let least = Number.POSITIVE_INFINITY
  for (const share of tried) {
    const range = { low: whole.low * share, high: whole.high * share }
    const error = squaredError(found, range)
    if (error < least) {
      least = error
      best = range
    }
  }
  return best
}

/** Rounding to steps of d costs d² / 12 a number, cutting off its square. */
function squaredError(found: readonly Bucket[], { low, high }: Range): number {
  const step = (Math.max(0, high) - Math.min(0, low)) / 255
  let error = 0
  for (const { value, count } of found) {
    const beyond = value > high ? value - high : value < low ? low - value : 0
    error += count * (beyond === 0 ? (value === 0 ? 0 : step ** 2 / 12) : beyond ** 2)
  }
  return error
}

function trimmed(found: readonly Bucket[], whole: Range, share: number): Range {
  const total = found.reduce((sum, { count }) => sum + count, 0)
  const bySize = found.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value))
  let left = total * share
  let most = Number.POSITIVE_INFINITY
  for (const { value, count } of bySize) {
    most = Math.abs(value)
    left -= count
    if (left < 0) break
  }
  return { low: Math.max(whole.low, -most), high: Math.min(whole.high, most) }
}
