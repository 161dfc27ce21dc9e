import { setImmediate } from 'node:timers/promises'
import { float32 } from '../core/index.ts'
import { type Contract, type Film, normalise } from '../imaging/index.ts'
import { augmentFilm } from './augment-film.ts'
import { type Augmentation, changesNothing, drawAugmentation } from './augmentation.ts'
import type { Examples } from './plan.ts'

export interface FilmExamplesOptions {
  readonly count: number
  /** A film by its place, resized as the contract says. */
  readonly film: (index: number) => Film | Promise<Film>
  readonly contract: Contract
  /** count × classes */
  readonly labels: Float32Array
  /** count × classes. Default: everything is labelled. */
  readonly mask?: Float32Array
  /** Default: none. Give it to the training part only. */
  readonly augmentation?: Augmentation | undefined
  /** Draws the augmentation. */
  readonly seed: number
}

/** Examples from resized films: each is changed by the augmentation, then brought to the network's range. */
export function filmExamples(options: FilmExamplesOptions): Examples {
  const { count, contract, labels, augmentation, seed } = options
  const { size, channels } = contract
  const each = channels * size * size
  return {
    count,
    labels,
    mask: options.mask ?? new Float32Array(labels.length).fill(1),
    fixed: changesNothing(augmentation),
    async images(indices, { epoch }) {
      const values = new Float32Array(indices.length * each)
      const levels = augmentation && new Float32Array(size * size)
      for (const [i, index] of indices.entries()) {
        const film = await options.film(index)
        const draw = augmentation && drawAugmentation(augmentation, { seed, film: index, epoch })
        const seen = draw === undefined ? film : augmentFilm(film, draw, levels)
        normalise(seen, contract, values, i * each)
        // A film takes a millisecond or two; others get their turn in between.
        await setImmediate()
      }
      return float32([indices.length, channels, size, size], values)
    },
  }
}
