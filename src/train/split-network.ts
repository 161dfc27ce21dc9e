import { cutAt, type Graph } from '../graph/index.ts'
import { imageInput, type MaskInput, type Network, trainingGraph } from '../models/index.ts'

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

export function splitNetwork(network: Network): SplitNetwork {
  const { graph, masks } = trainingGraph(network)
  if (network.boundary === imageInput) return { frozen: undefined, tail: graph, input: imageInput, masks }
  const { before, after } = cutAt(graph, network.boundary)
  return { frozen: before, tail: after, input: network.boundary, masks }
}
