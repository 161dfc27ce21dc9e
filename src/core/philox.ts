/**
 * Philox 4×32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011): turns a counter of four 32-bit
 * words into four random words, under a key of two.
 *
 * @param block the counter, replaced by the result
 */
export function philox(block: Uint32Array, key0: number, key1: number): void {
  let x0 = block[0]!
  let x1 = block[1]!
  let x2 = block[2]!
  let x3 = block[3]!
  for (let round = 0; round < 10; round++) {
    const next0 = highProduct(x2, multiplier1) ^ x1 ^ key0
    const next2 = highProduct(x0, multiplier0) ^ x3 ^ key1
    x1 = Math.imul(x2, multiplier1)
    x3 = Math.imul(x0, multiplier0)
    x0 = next0
    x2 = next2
    key0 = (key0 + 0x9e3779b9) | 0
    key1 = (key1 + 0xbb67ae85) | 0
  }
  block[0] = x0
  block[1] = x1
  block[2] = x2
  block[3] = x3
}

const multiplier0 = 0xd2511f53
const multiplier1 = 0xcd9e8d57

/** The upper 32 bits of a product of two 32-bit numbers, exact: no sum below passes 2³². */
export function highProduct(a: number, b: number): number {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const cross = aHigh * bLow
  const middle = aLow * bHigh + ((aLow * bLow) >>> 16) + (cross & 0xffff)
  return (aHigh * bHigh + (cross >>> 16) + (middle >>> 16)) >>> 0
}
