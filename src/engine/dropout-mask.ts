import { random } from '../core/index.ts'

/** Which mask, and when. Nothing else decides what is dropped. */
export interface MaskPlace {
  readonly seed: number
  /** The graph's input. */
  readonly input: string
  /** The share that is dropped, below 1. */
  readonly rate: number
  /** Counted from 0. */
  readonly step: number
}

/**
 * Fills a mask: 0 for the share `rate`, else 1 / (1 − rate), so that the mean stays (inverted dropout, Srivastava et al. 2014).
 *
 * A random word serves several numbers, since a mask may have millions: ½ takes one bit of it. A rate that is no multiple of a
 * 256th is rounded to a 65,536th.
 */
export function drawMask(mask: Float32Array, { seed, input, rate, step }: MaskPlace): Float32Array {
  const bits = bitsOf(rate)
  const sides = 2 ** bits
  const dropped = Math.round(rate * sides)
  const kept = sides / (sides - dropped)
  const perWord = 32 / bits
  const words = random(seed, 'dropout', input, step).words(new Uint32Array(Math.ceil(mask.length / perWord)))
  for (let at = 0, i = 0; at < words.length; at++) {
    let word = words[at]!
    const end = Math.min(i + perWord, mask.length)
    for (; i < end; i++) {
      // The sign bit of a difference, not a comparison: a branch on random bits is guessed wrong half of the time.
      mask[i] = kept * ((dropped - 1 - (word & (sides - 1))) >>> 31)
      word >>>= bits
    }
  }
  return mask
}

/** The fewest bits that hit the rate, or 16. */
function bitsOf(rate: number): number {
  return [1, 2, 4, 8].find(bits => Number.isInteger(rate * 2 ** bits)) ?? 16
}
