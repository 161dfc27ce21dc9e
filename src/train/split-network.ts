import { cutAt, type Graph } from '../graph/index.ts'
import { imageInput, type MaskInput, type Network, trainingGraph } from '../models/index.ts'
import { withAugmentation } from './augmentation-nodes.ts'

/** A network in its two parts: what stays as it is, and what learns. */
export interface SplitNetwork {
  /** image → boundary; undefined when the trained part begins with the image. */
  readonly frozen: Graph | undefined
  /** boundary (and dropout masks) → logits. */
  readonly tail: Graph
  /** The tail's input that takes the frozen part's output, or the image. */
  readonly input: string
  readonly masks: readonly MaskInput[]
}

/** @param augments whether what begins with the image changes films first (see `withAugmentation`). Default: no */
export function splitNetwork(network: Network, augments = false): SplitNetwork {
  const { graph, masks } = trainingGraph(network)
  const begin = (part: Graph): Graph => (augments ? withAugmentation(part, network.contract) : part)
  if (network.boundary === imageInput) return { frozen: undefined, tail: begin(graph), input: imageInput, masks }
  const { before, after } = cutAt(graph, network.boundary)
  return { frozen: begin(before), tail: after, input: network.boundary, masks }
}
