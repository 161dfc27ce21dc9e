import type { Tensors } from '../core/index.ts'
import type { Features } from './features.ts'
import type { FrozenPart } from './frozen-part.ts'
import type { Images } from './images.ts'
import { variantInEpoch } from './variant.ts'

/** Gives the trained part its inputs, by name: images, or what the frozen part makes of them. */
export interface BatchSource {
  batch(indices: readonly number[], epoch: number): Promise<Tensors>
}

/** For a network that is trained from its image on. */
export function imageSource(images: Images): BatchSource {
  return { batch: images }
}

/** Runs the frozen part on each batch: for films that differ in each epoch, or are too many to keep. */
export function frozenSource(images: Images, frozen: FrozenPart): BatchSource {
  return {
    batch: async (indices, epoch) => ({ [frozen.output]: await frozen.features(await images(indices, epoch)) }),
  }
}

/**
 * Features that were computed before.
 *
 * @param input the trained part's
 * @param seed draws the variant in which each film is seen
 */
export function featureSource(features: Features, input: string, seed: number): BatchSource {
  const { variants } = features
  return {
    batch: async (indices, epoch) => ({
      [input]: await features.read(
        indices.map(film => ({ film, variant: variantInEpoch(seed, film, epoch, variants) })),
      ),
    }),
  }
}
