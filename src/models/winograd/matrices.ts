import { float32, type Tensor } from '../../core/index.ts'

/**
 * Winograd's minimal filtering F(4, 3): four outputs of a filter with three taps from six inputs, with six products in place of
 * twelve: y = Aᵀ((G·g) ⊙ (Bᵀ·x)). Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2016, section 4.3.
 */
const inputRows = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
] as const
const filterRows = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
] as const
const outputRows = [
  [1, 1, 1, 1, 1, 0],
  [0, 1, -1, 2, -2, 0],
  [0, 1, 1, 4, 4, 0],
  [0, 1, -1, 8, -8, 1],
] as const

/** Products along one axis of a tile. */
export const points = 6
/** Outputs along one axis of a tile. */
const outputs = 4

/** One axis of an image: what goes in, the zeros before it, and what comes out. */
export interface Axis {
  readonly input: number
  readonly padBefore: number
  readonly output: number
}

/** How many tiles an axis takes; the last one may reach beyond the image. */
export function tilesOf({ output }: Axis): number {
  return Math.ceil(output / outputs)
}

/**
 * All tiles of an axis at once, [points · tiles, input]: row p · tiles + t holds Bᵀ's row p where tile t lies. Padding is left out,
 * and tiles that overlap need no copies.
 */
export function inputMatrix(axis: Axis): Tensor {
  const tiles = tilesOf(axis)
  return matrix(points * tiles, axis.input, (row, from) => {
    const tile = row % tiles
    return inputRows[Math.floor(row / tiles)]?.[from + axis.padBefore - outputs * tile] ?? 0
  })
}

/** Back from tiles to an axis, [output, points · tiles], in the same order. What the last tile computes beyond it is left out. */
export function outputMatrix(axis: Axis): Tensor {
  const tiles = tilesOf(axis)
  return matrix(axis.output, points * tiles, (to, column) =>
    column % tiles === Math.floor(to / outputs) ? outputRows[to % outputs]![Math.floor(column / tiles)]! : 0,
  )
}

/** A filter's nine taps, row-major, to its 36 factors, across before down: [36, 9], row points · across + down. */
export function filterMatrix(): Tensor {
  return matrix(points * points, 9, (factor, tap) => {
    const across = filterRows[Math.floor(factor / points)]!
    const down = filterRows[factor % points]!
    return across[tap % 3]! * down[Math.floor(tap / 3)]!
  })
}

function matrix(rows: number, columns: number, at: (row: number, column: number) => number): Tensor {
  return float32(
    [rows, columns],
    Float32Array.from({ length: rows * columns }, (_, i) => at(Math.floor(i / columns), i % columns)),
  )
}
