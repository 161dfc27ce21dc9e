import { elements, float32, floats, type Tensor } from '../../core/index.ts'
import {
  type Attributes,
  floatOf,
  type Graph,
  inferShapes,
  int,
  intOf,
  ints,
  intsOf,
  type Node,
  stringOf,
} from '../../graph/index.ts'
import { prefix } from './whole-values.ts'

/**
 * The graph with what is a depthwise convolution at heart as one, so that it can be computed in int8 without leaving it: a
 * normalisation that could not be folded (it stands before its convolution, as in DenseNet) is one of 1×1 pixel, an average over
 * a window one with equal weights. Both lose nothing to their weights, since each channel has a scale of its own.
 */
export function asConvolutions(graph: Graph): Graph {
  const shapes = inferShapes(graph)
  const weights: Record<string, Tensor> = { ...graph.weights }
  const nodes = graph.nodes.map(node => {
    const [, channels] = shapes.get(node.inputs[0] ?? '')?.shape ?? []
    const made = typeof channels === 'number' ? depthwise(graph, node, channels) : undefined
    if (made === undefined) return node
    const [output = ''] = node.outputs
    const names = [`${prefix}${output}/weight`, `${prefix}${output}/bias`]
    weights[names[0]!] = made.weight
    weights[names[1]!] = made.bias
    const attributes = { ...made.attributes, group: int(channels as number) }
    return { op: 'Conv', inputs: [node.inputs[0]!, ...names], outputs: [output], attributes }
  })
  return { ...graph, nodes, weights }
}

interface Depthwise {
  readonly weight: Tensor
  readonly bias: Tensor
  readonly attributes: Attributes
}

function depthwise(graph: Graph, node: Node, channels: number): Depthwise | undefined {
  if (node.domain !== undefined) return undefined
  if (node.op === 'BatchNormalization') return normalization(graph, node, channels)
  return node.op === 'AveragePool' ? average(node, channels) : undefined
}

/** `γ·(x − μ)/√(σ² + ε) + β` */
function normalization(graph: Graph, node: Node, channels: number): Depthwise | undefined {
  if (intOf(node, 'training_mode', 0) !== 0) return undefined
  const parameters = node.inputs.slice(1, 5).map(name => graph.weights[name])
  if (parameters.some(parameter => parameter?.dtype !== 'float32')) return undefined
  const [gamma, beta, mean, variance] = parameters.map(parameter => floats(parameter!))
  const epsilon = floatOf(node, 'epsilon', 1e-5)
  const scale = gamma!.map((value, i) => value / Math.sqrt(variance![i]! + epsilon))
  return {
    weight: float32([channels, 1, 1, 1], scale),
    bias: float32(
      [channels],
      scale.map((value, i) => beta![i]! - mean![i]! * value),
    ),
    attributes: {},
  }
}

/** Where a window that hangs over the edge would be divided by fewer places, the average stays what it is. */
function average(node: Node, channels: number): Depthwise | undefined {
  const kernel = intsOf(node, 'kernel_shape') ?? []
  const padded = (intsOf(node, 'pads') ?? []).some(pad => pad !== 0)
  const whole = !padded || intOf(node, 'count_include_pad', 0) === 1
  if (!whole || stringOf(node, 'auto_pad', 'NOTSET') !== 'NOTSET' || intOf(node, 'ceil_mode', 0) !== 0) return undefined
  const places = elements(kernel)
  const { count_include_pad: _pads, ceil_mode: _ceil, ...attributes } = node.attributes
  return {
    weight: float32([channels, 1, ...kernel], new Float32Array(channels * places).fill(1 / places)),
    bias: float32([channels], new Float32Array(channels)),
    attributes: { ...attributes, kernel_shape: ints(kernel) },
  }
}
