/**
 * Noise as a function of place: 32-bit mixing (Wellons, "lowbias32"), so that a pixel's noise needs no generator of its
 * own. Seeds come from `core/random.ts`.
 */
function mixed(x: number, y: number, seed: number): number {
  let h = Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca77) ^ seed
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d)
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b)
  return (h ^ (h >>> 16)) >>> 0
}

/** About normal, mean 0 and deviation 1, independent from one pixel to the next: the sum of four bytes. */
export function whiteNoise(x: number, y: number, seed: number): number {
  const h = mixed(x, y, seed)
  return ((h & 255) + ((h >>> 8) & 255) + ((h >>> 16) & 255) + (h >>> 24) - 510) / 147.8
}

/** Smooth noise from −1 to 1 whose bumps are one unit wide. */
export function smoothNoise(x: number, y: number, seed: number): number {
  const column = Math.floor(x)
  const row = Math.floor(y)
  const u = fade(x - column)
  const v = fade(y - row)
  const top = lattice(column, row, seed) * (1 - u) + lattice(column + 1, row, seed) * u
  const bottom = lattice(column, row + 1, seed) * (1 - u) + lattice(column + 1, row + 1, seed) * u
  return top * (1 - v) + bottom * v
}

/** Smooth noise of three sizes, each half as wide and half as strong as the one before. */
export function cloudNoise(x: number, y: number, seed: number): number {
  return (
    (smoothNoise(x, y, seed) + smoothNoise(2 * x, 2 * y, seed + 1) / 2 + smoothNoise(4 * x, 4 * y, seed + 2) / 4) / 1.75
  )
}

function lattice(x: number, y: number, seed: number): number {
  return mixed(x, y, seed) / 2 ** 31 - 1
}

function fade(t: number): number {
  return t * t * (3 - 2 * t)
}
