/**
 * Counter-based random numbers: Philox 4×32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011).
 * A draw depends on its seed and its place alone, so the order of workers does not matter and a resumed run repeats.
 */
export interface Random {
  /** The next number in [0, 1), with 32 bits. */
  uniform(): number
  /** The next number of the standard normal distribution. */
  normal(): number
  /** The next whole number in [0, below). */
  integer(below: number): number
  /** A shuffled copy (Fisher and Yates). */
  shuffle<T>(items: readonly T[]): T[]
}

/** @param place names the draw: a purpose, an epoch, a film's number … Other places give independent numbers. */
export function random(seed: number, ...place: readonly (string | number)[]): Random {
  const key = new Uint32Array([seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0])
  const [high, low] = hashPlace(place)
  const block = new Uint32Array(4)
  let counter = 0
  let left = 0

  const next = (): number => {
    if (left === 0) {
      block.set([counter >>> 0, Math.floor(counter / 2 ** 32) >>> 0, low, high])
      philox(block, key[0]!, key[1]!)
      counter++
      left = 4
    }
    return block[4 - left--]!
  }
  const uniform = (): number => next() / 2 ** 32
  const integer = (below: number): number => Math.floor(uniform() * below)
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    integer,
    shuffle: items => {
      const shuffled = [...items]
      for (let i = shuffled.length - 1; i > 0; i--) {
        const j = integer(i + 1)
        const kept = shuffled[i]!
        shuffled[i] = shuffled[j]!
        shuffled[j] = kept
      }
      return shuffled
    },
  }
}

function philox(block: Uint32Array, key0: number, key1: number): void {
  let [x0, x1, x2, x3] = block as unknown as [number, number, number, number]
  for (let round = 0; round < 10; round++) {
    const product0 = BigInt(x0) * 0xd2511f53n
    const product1 = BigInt(x2) * 0xcd9e8d57n
    const next0 = Number(product1 >> 32n) ^ x1 ^ key0
    const next2 = Number(product0 >> 32n) ^ x3 ^ key1
    x1 = Number(product1 & 0xffffffffn)
    x3 = Number(product0 & 0xffffffffn)
    x0 = next0 >>> 0
    x2 = next2 >>> 0
    key0 = (key0 + 0x9e3779b9) >>> 0
    key1 = (key1 + 0xbb67ae85) >>> 0
  }
  block.set([x0, x1, x2, x3])
}

/** Two words of 32 bits from the place's parts (FNV-1a, two offsets). */
function hashPlace(place: readonly (string | number)[]): [number, number] {
  const text = JSON.stringify(place)
  let a = 0x811c9dc5
  let b = 0x9dc5811c
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    a = Math.imul(a ^ code, 0x01000193) >>> 0
    b = Math.imul(b ^ (code + i), 0x01000193) >>> 0
  }
  return [a, b]
}
