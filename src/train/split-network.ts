import { cutAt, type Graph, poolFirst } from '../graph/index.ts'
import { asWinograd, imageInput, type MaskInput, type Network, trainingGraph } from '../models/index.ts'
import { withAugmentation } from './augmentation-nodes.ts'
import { type Choices, winogradIn } from './choices.ts'

/** A network in its two parts: what stays as it is, and what learns. */
export interface SplitNetwork {
  /** image → features; undefined when the trained part begins with the image. */
  readonly frozen: Graph | undefined
  /** features (and dropout masks) → logits. */
  readonly tail: Graph
  /** The tail's input that takes the frozen part's output, or the image. */
  readonly input: string
  readonly masks: readonly MaskInput[]
}

export interface SplitOptions {
  /** Whether what begins with the image changes films first (see `withAugmentation`). Default: no. */
  readonly augments?: boolean
  /** The forms of convolutions. Default: all as the network has them. */
  readonly choices?: Choices | undefined
}

export function splitNetwork(network: Network, { augments = false, choices = {} }: SplitOptions = {}): SplitNetwork {
  const { graph, masks } = trainingGraph(network)
  const formed = (part: Graph): Graph => asWinograd(part, new Set(winogradIn(choices)))
  const begin = (part: Graph): Graph => (augments ? withAugmentation(part, network.contract) : part)
  const learning = (part: Graph): Graph => poolFirst(formed(part))
  if (network.boundary === imageInput) {
    return { frozen: undefined, tail: begin(learning(graph)), input: imageInput, masks }
  }
  const input = smallestBefore(graph, network.boundary)
  const { before, after } = cutAt(graph, input)
  return { frozen: begin(formed(before)), tail: learning(after), input, masks }
}

/**
 * The boundary, or the bytes that it is made from where the frozen part ends in int8: they take a quarter of the room, and what
 * makes floats of them then is the tail's first node, the same one that is served.
 */
function smallestBefore(graph: Graph, boundary: string): string {
  let value = boundary
  for (;;) {
    const node = graph.nodes.find(({ outputs }) => outputs[0] === value)
    const [from = '', ...form] = node?.inputs ?? []
    if (node?.op === 'DequantizeLinear') return isByte(graph, form) ? from : boundary
    if (node?.op !== 'Flatten') return boundary
    value = from
  }
}

/** @param form scale and zero point; the bytes are of the zero point's type */
function isByte({ weights }: Graph, [scale = '', zero = '']: readonly string[]): boolean {
  return Object.hasOwn(weights, scale) && weights[zero]?.dtype === 'uint8'
}
