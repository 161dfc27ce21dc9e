import type { Tensors } from '../core/index.ts'
import { imageInput } from '../models/index.ts'
import { changeRows, changesInput } from './augmentation-nodes.ts'
import { noChange } from './change.ts'
import type { Examples } from './plan.ts'

/** What a graph that begins with the image is given for some examples, by name. */
export type Images = (indices: readonly number[], epoch: number) => Promise<Tensors>

/** @param inGraph whether the graph itself changes films (see `withAugmentation`): it is then told how, if only that they stay */
export function imagesOf(examples: Examples, inGraph: boolean): Images {
  return async (indices, epoch) => {
    if (!inGraph) return { [imageInput]: await examples.images(indices, { epoch }) }
    if (examples.withChanges === undefined) {
      const images = await examples.images(indices, { epoch })
      return { [imageInput]: images, [changesInput]: changeRows(indices.map(() => noChange)) }
    }
    const { images, changes } = await examples.withChanges(indices, { epoch })
    return { [imageInput]: images, [changesInput]: changes }
  }
}
