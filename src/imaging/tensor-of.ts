import { float32, type Tensor } from '../core/index.ts'
import type { Contract } from './contract.ts'
import type { Film } from './film.ts'
import { white } from './film.ts'
import { resizeFilm } from './resize-film.ts'

/** Grey levels between those of a film: what a change leaves before it is rounded. 0 (black) to 65535 (white). */
export interface GreyLevels {
  readonly width: number
  readonly height: number
  readonly pixels: Float32Array
}

/**
 * A resized film as float32 [channels, size, size], written at `offset` of `into` (default: a new array) and returned.
 * Value: (low + pixel / 65535 · (high − low) − mean) / deviation.
 */
export function normalise(film: Film | GreyLevels, contract: Contract, into?: Float32Array, offset = 0): Float32Array {
  const { size, channels, range, mean, deviation } = contract
  if (film.width !== size || film.height !== size) {
    throw new RangeError(
      `Cannot normalise a film of ${film.width} × ${film.height} pixels: ${size} × ${size} is wanted`,
    )
  }
  const area = size * size
  const values = into ?? new Float32Array(offset + channels * area)
  const [low, high] = range
  for (let c = 0; c < channels; c++) {
    const scale = (high - low) / white / deviation[c]!
    const shift = (low - mean[c]!) / deviation[c]!
    const start = offset + c * area
    for (let i = 0; i < area; i++) values[start + i] = film.pixels[i]! * scale + shift
  }
  return values
}

/**
 * Films as the network's input: float32 [N, channels, size, size]. The one way from film to network: training,
 * evaluation, prediction, server and golden vectors all take it.
 */
export async function tensorOf(films: readonly Film[], contract: Contract): Promise<Tensor> {
  const { size, channels } = contract
  const each = channels * size * size
  const values = new Float32Array(films.length * each)
  for (const [i, film] of films.entries()) {
    const ready = film.width === size && film.height === size
    normalise(ready ? film : await resizeFilm(film, contract), contract, values, i * each)
  }
  return float32([films.length, channels, size, size], values)
}
