/** Films of noise that are brighter on the left (label 1) or on the right (label 0), in turns: what small trainings learn from. */
import { float32, random } from '../core/index.ts'
import type { Film } from '../imaging/index.ts'
import { memoryExamples } from './memory-examples.test.fixture.ts'
import type { Examples } from './plan.ts'

export interface SidedExamples {
  readonly count: number
  readonly seed: number
  /** Side of a film. */
  readonly size: number
  /** Standard deviation of the noise. */
  readonly noise: number
  /** What is added on the bright side, and taken away on the other. */
  readonly lift: number
}

/** As the network takes them, float32 [count, 1, size, size]. */
export function sidedExamples({ count, seed, size, noise, lift }: SidedExamples): Examples {
  const draw = random(seed, 'films')
  const pixels = Float32Array.from(
    { length: count * size * size },
    (_, i) => draw.normal() * noise + (isBright(Math.floor(i / (size * size)), i % size, size) ? lift : -lift),
  )
  return memoryExamples(float32([count, 1, size, size], pixels))
}

/** One in grey levels, drawn by its number. */
export function sidedFilm(number: number, { seed, size }: { readonly seed: number; readonly size: number }): Film {
  const draw = random(seed, 'film', number)
  const pixels = Uint16Array.from(
    { length: size * size },
    (_, i) => 20000 + 20000 * draw.uniform() + (isBright(number, i % size, size) ? 13000 : 0),
  )
  return { width: size, height: size, pixels }
}

function isBright(film: number, column: number, size: number): boolean {
  return column < size / 2 === (film % 2 === 1)
}
