import { setImmediate } from 'node:timers/promises'
import { digestOf, float32, type Tensor } from '../core/index.ts'
import { type Contract, type Film, type GreyLevels, normalise } from '../imaging/index.ts'
import { augmentFilm } from './augment-film.ts'
import { type Augmentation, type AugmentationDraw, changesNothing, drawAugmentation } from './augmentation.ts'
import { changeRows } from './augmentation-nodes.ts'
import { type Change, changeOf } from './change.ts'
import type { Examples } from './plan.ts'
import { type Variant, variantInEpoch } from './variant.ts'

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
  /** SHA-256 of a film's content, by its place. Default: films are known by their places, and nothing of them is kept. */
  readonly digest?: ((index: number) => string) | undefined
}

/**
 * Examples from resized films: each is changed by the augmentation, then brought to the network's range. A variant of a pool is
 * drawn by the film's digest, where there is one, so that it stays the same whatever films there are besides.
 */
export function filmExamples(options: FilmExamplesOptions): Examples {
  const { count, contract, labels, augmentation, seed } = options
  const { size, channels } = contract
  const each = channels * size * size

  /** @param seen what the network is to see of a film, by its position among those asked for */
  const images = async (
    indices: readonly number[],
    seen: (film: Film, position: number) => Film | GreyLevels,
  ): Promise<Tensor> => {
    const values = new Float32Array(indices.length * each)
    for (const [i, index] of indices.entries()) {
      normalise(seen(await options.film(index), i), contract, values, i * each)
      // A film takes a millisecond or two; others get their turn in between.
      await setImmediate()
    }
    return float32([indices.length, channels, size, size], values)
  }
  const augmented = (indices: readonly number[], draws: readonly AugmentationDraw[]): Promise<Tensor> => {
    const levels = new Float32Array(size * size)
    return images(indices, (film, i) => augmentFilm(film, draws[i]!, levels))
  }

  const { rows, mask = new Float32Array(labels.length).fill(1) } = options
  const examples = { count, labels, mask, rows }
  if (augmentation === undefined || changesNothing(augmentation)) {
    return {
      ...examples,
      fixed: true,
      images: indices => images(indices, film => film),
      ...digested(options, () => null),
    }
  }
  const drawn = (film: number | string, epoch: number): AugmentationDraw =>
    drawAugmentation(augmentation, { seed, film, epoch })
  const { pool } = augmentation
  if (pool !== undefined) {
    const variantDraw = ({ film, variant }: Variant): AugmentationDraw =>
      drawn(options.digest?.(film) ?? film, variant + 1)
    const variants = (wanted: readonly Variant[]): Promise<Tensor> =>
      augmented(
        wanted.map(({ film }) => film),
        wanted.map(variantDraw),
      )
    return {
      ...examples,
      fixed: false,
      images: (indices, { epoch }) =>
        variants(indices.map(film => ({ film, variant: variantInEpoch(seed, film, epoch, pool) }))),
      pool: { variants: pool, images: variants },
      ...digested(options, variantDraw),
    }
  }
  const draws = (indices: readonly number[], epoch: number): readonly AugmentationDraw[] =>
    indices.map(film => drawn(film, epoch))
  return {
    ...examples,
    fixed: false,
    images: (indices, { epoch }) => augmented(indices, draws(indices, epoch)),
    async withChanges(indices, { epoch }) {
      const found = draws(indices, epoch)
      const changes: Change[] = []
      const unchanged = await images(indices, (film, i) => {
        changes.push(changeOf(film, found[i]!))
        return film
      })
      return { images: unchanged, changes: changeRows(changes) }
    },
  }
}

/** The digests of what the network sees, where films have digests of their own. */
function digested(
  { digest, contract }: FilmExamplesOptions,
  changeOfVariant: (variant: Variant) => AugmentationDraw | null,
): Pick<Examples, 'digest'> {
  if (digest === undefined) return {}
  return { digest: variant => digestOf({ film: digest(variant.film), contract, change: changeOfVariant(variant) }) }
}
