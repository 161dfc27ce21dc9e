import { setImmediate } from 'node:timers/promises'
import { float32, type Tensor } from '../core/index.ts'
import { type Contract, type Film, type GreyLevels, normalise } from '../imaging/index.ts'
import { augmentFilm } from './augment-film.ts'
import { type Augmentation, type AugmentationDraw, changesNothing, drawAugmentation } from './augmentation.ts'
import { changeRows } from './augmentation-nodes.ts'
import { type Change, changeOf } from './change.ts'
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
  /** See `Examples`. */
  readonly rows?: readonly number[] | undefined
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

  /** @param seen what the network is to see of a film */
  const images = async (
    indices: readonly number[],
    seen: (film: Film, index: number) => Film | GreyLevels,
  ): Promise<Tensor> => {
    const values = new Float32Array(indices.length * each)
    for (const [i, index] of indices.entries()) {
      normalise(seen(await options.film(index), index), contract, values, i * each)
      // A film takes a millisecond or two; others get their turn in between.
      await setImmediate()
    }
    return float32([indices.length, channels, size, size], values)
  }

  const { rows, mask = new Float32Array(labels.length).fill(1) } = options
  const examples = { count, labels, mask, rows }
  if (augmentation === undefined || changesNothing(augmentation)) {
    return { ...examples, fixed: true, images: indices => images(indices, film => film) }
  }
  const drawn = (index: number, epoch: number): AugmentationDraw =>
    drawAugmentation(augmentation, { seed, film: index, epoch })
  return {
    ...examples,
    fixed: false,
    images(indices, { epoch }) {
      const levels = new Float32Array(size * size)
      return images(indices, (film, index) => augmentFilm(film, drawn(index, epoch), levels))
    },
    async withChanges(indices, { epoch }) {
      const changes: Change[] = []
      const unchanged = await images(indices, (film, index) => {
        changes.push(changeOf(film, drawn(index, epoch)))
        return film
      })
      return { images: unchanged, changes: changeRows(changes) }
    },
  }
}
