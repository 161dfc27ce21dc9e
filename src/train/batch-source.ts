import { elements, floats, type Tensor, type Tensors, tensor } from '../core/index.ts'
import { inGroups } from './batches.ts'
import type { Features } from './features.ts'
import { type FrozenPart, filmsAtATime } from './frozen-part.ts'
import type { Images } from './images.ts'
import { prefetch } from './prefetch.ts'
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
  const make = async (indices: readonly number[], epoch: number): Promise<Tensors> => {
    const features = async (some: readonly number[]): Promise<Tensor> => frozen.features(await images(some, epoch))
    const parts: Tensor[] = []
    for await (const part of prefetch(inGroups(indices, filmsAtATime), features)) parts.push(part)
    return { [frozen.output]: joined(parts) }
  }
  let before: Promise<unknown> = Promise.resolve()
  return {
    batch(indices, epoch) {
      // Films of the next batch wait: this one is wanted first.
      const made = before.then(() => make(indices, epoch))
      before = made.catch(() => undefined)
      return made
    },
  }
}

/** Rows of one tensor after those of the other. */
function joined(parts: readonly Tensor[]): Tensor {
  const [first, ...others] = parts
  if (first === undefined) throw new RangeError('There are no rows to join')
  if (others.length === 0) return first
  const shape = [parts.reduce((sum, { shape: [rows = 0] }) => sum + rows, 0), ...first.shape.slice(1)]
  const data = first.data instanceof Uint8Array ? new Uint8Array(elements(shape)) : new Float32Array(elements(shape))
  let filled = 0
  for (const part of parts) {
    data.set(part.data instanceof Uint8Array ? part.data : floats(part), filled)
    filled += part.data.length
  }
  return tensor(first.dtype, shape, data)
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
