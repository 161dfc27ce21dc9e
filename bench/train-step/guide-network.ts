import { elements, float32, floats, random, type Tensor } from '../../src/core/index.ts'
import { onnxRuntime } from '../../src/engine/index.ts'
import { cutAt, renameValues } from '../../src/graph/index.ts'
import { imageInput, type Network, network, quantiseNetwork } from '../../src/models/index.ts'

/** What of the guide's recipe is trained, and how its frozen part is computed. */
export type Way = 'float32' | 'int8' | 'tail'

/** A network and the shape of one of the examples that it learns from. */
export interface GuideNetwork {
  readonly network: Network
  readonly shape: readonly number[]
}

/**
 * The guide's network with drawn weights: VGG16 up to its last pooling, frozen up to block5_conv2, and dense layers of 1024, 512 and
 * 256. `tail` is what stands behind the frozen part; it learns from features [512, size / 16, size / 16].
 *
 * @param size the side of a film, a multiple of 32
 */
export async function guideNetwork(way: Way, size: number): Promise<GuideNetwork> {
  const whole = network({
    backbone: { kind: 'untrained', network: 'vgg16', trainFrom: 'block5_conv3', contract: { size } },
    head: { kind: 'dense' },
    classes: ['Pneumonia'],
    seed: 1,
  })
  const shape = [3, size, size]
  if (way === 'float32') return { network: whole, shape }
  if (way === 'int8') return { network: await inInt8(whole, shape), shape }
  const { after } = cutAt(whole.graph, whole.boundary)
  const graph = renameValues(after, { [whole.boundary]: imageInput })
  return { network: { ...whole, graph, boundary: imageInput }, shape: [512, size / 16, size / 16] }
}

/** Speed does not depend on what the ranges are, so a few images of noise decide them. */
async function inInt8(whole: Network, shape: readonly number[]): Promise<Network> {
  const films = {
    count: 2,
    labels: [0, 1],
    patients: ['a', 'b'],
    images: async (indices: readonly number[]) => noise([indices.length, ...shape]),
  }
  const made = await quantiseNetwork(whole, films, { films: 2, probe: 0 }, { engine: onnxRuntime(), seed: 1 })
  return made.network
}

/** Evenly between 0 and 1. */
export function noise(shape: readonly number[]): Tensor {
  const draw = random(1, 'noise')
  const tensor = float32(shape, new Float32Array(elements(shape)))
  draw.fill(floats(tensor))
  return tensor
}
