import { floats } from '../../src/core/index.ts'
import { onnxRuntime } from '../../src/engine/index.ts'
import type { Network } from '../../src/models/index.ts'
import { type Augmentation, type Examples, filmExamples, frozenFeatures, toEnd } from '../../src/train/index.ts'
import type { NihFilms } from '../int8/nih-films.ts'
import { kept } from './kept.ts'

export interface VariantsOptions {
  readonly films: NihFilms
  /** Names the network's frozen part. */
  readonly backbone: string
  readonly network: Network
  /** Default: the films as they are. */
  readonly augmentation?: Augmentation | undefined
  readonly seed: number
}

/**
 * What the frozen part makes of every film as it is drawn for one epoch, row after row: folds, seeds and recipes share it.
 *
 * @param epoch from 1; 0 for films as they are
 */
export function variant(options: VariantsOptions, epoch: number): Promise<Float32Array> {
  const { films, backbone, network, augmentation, seed } = options
  const key = { format: 1, backbone, boundary: network.boundary, films: films.count, augmentation, seed, epoch }
  return kept(key, () => featuresOf(network, examplesOf(options, epoch)))
}

function examplesOf({ films, network, augmentation, seed }: VariantsOptions, epoch: number): Examples {
  const examples = filmExamples({
    count: films.count,
    film: index => films.film(index),
    contract: network.contract,
    labels: Float32Array.from(films.labels),
    augmentation,
    seed,
  })
  return { ...examples, fixed: true, images: indices => examples.images(indices, { epoch }) }
}

async function featuresOf(network: Network, examples: Examples): Promise<Float32Array> {
  await using features = await toEnd(frozenFeatures(network, examples, { engine: onnxRuntime() }))
  if (features === undefined) throw new Error('The network has no frozen part')
  const all = Array.from({ length: features.films }, (_, film) => ({ film, variant: 0 }))
  return floats(await features.read(all))
}
