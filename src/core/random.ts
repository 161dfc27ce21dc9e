import { sha256 } from './digest.ts'
import { highProduct, philox } from './philox.ts'

/**
 * Counter-based random numbers (see philox.ts). A draw depends on its seed and its place alone, so the order of workers
 * does not matter and a resumed run repeats.
 */
export interface Random {
  /** The next number in [0, 1), with 32 bits. */
  uniform(): number
  /** The next number of the standard normal distribution (Box and Muller). */
  normal(): number
  /** The next whole number in [0, below), each as likely as the others. `below` is at most 2³² − 1. */
  integer(below: number): number
  /** A shuffled copy (Fisher and Yates). */
  shuffle<T>(items: readonly T[]): T[]
  /** Fills an array with numbers in [0, 1) of 24 bits, so that none is rounded up to 1. @returns the array */
  fill(array: Float32Array): Float32Array
  /** Fills an array with random words, 32 bits each. @returns the array */
  words(array: Uint32Array): Uint32Array
}

/**
 * @param seed a whole number
 * @param place names the draw: a purpose, an epoch, a film's number … Other places give independent numbers.
 */
export function random(seed: number, ...place: readonly (string | number)[]): Random {
  const next = words(seed, place)
  const uniform = (): number => next() / 2 ** 32
  const integer = (below: number): number => integerBelow(next, below)
  return {
    uniform,
    integer,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    shuffle: items => shuffled(items, integer),
    fill: array => {
      for (let i = 0; i < array.length; i++) array[i] = (next() >>> 8) / 2 ** 24
      return array
    },
    words: array => {
      for (let i = 0; i < array.length; i++) array[i] = next()
      return array
    },
  }
}

/** The random words of a place, one after the other: the seed is the key, place and position are the counter. */
function words(seed: number, place: readonly (string | number)[]): () => number {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`Cannot draw with the seed "${seed}": wanted a whole number`)
  const key0 = seed >>> 0
  const key1 = Math.floor(seed / 2 ** 32) >>> 0
  const [low, high] = hashPlace(place)
  const block = new Uint32Array(4)
  let position = 0
  let used = 4
  return () => {
    if (used === 4) {
      block[0] = position
      block[1] = position / 2 ** 32
      block[2] = low
      block[3] = high
      philox(block, key0, key1)
      position++
      used = 0
    }
    return block[used++]!
  }
}

function hashPlace(place: readonly (string | number)[]): [low: number, high: number] {
  const digest = sha256(JSON.stringify(place))
  return [Number.parseInt(digest.slice(8, 16), 16), Number.parseInt(digest.slice(0, 8), 16)]
}

/** Lemire, "Fast Random Integer Generation in an Interval" (2019): scaled, and drawn again where that would favour some. */
function integerBelow(next: () => number, below: number): number {
  if (!Number.isInteger(below) || below < 1 || below >= 2 ** 32) {
    throw new RangeError(`Cannot draw a whole number below "${below}": wanted 1 to 2³² − 1`)
  }
  const surplus = 2 ** 32 % below
  for (;;) {
    const word = next()
    if (Math.imul(word, below) >>> 0 >= surplus) return highProduct(word, below)
  }
}

function shuffled<T>(items: readonly T[], integer: (below: number) => number): T[] {
  const copy = [...items]
  for (let i = copy.length - 1; i > 0; i--) {
    const j = integer(i + 1)
    const kept = copy[i]!
    copy[i] = copy[j]!
    copy[j] = kept
  }
  return copy
}
