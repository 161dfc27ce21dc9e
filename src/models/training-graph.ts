import { float32, Problem } from '../core/index.ts'
import { type Graph, inferShapes, type Node, type Shape, type Value, withWeights } from '../graph/index.ts'
import type { Network } from './network.ts'

/** An input of a training graph that drops a share of a value: 0, or 1 / (1 − rate). */
export interface MaskInput {
  readonly input: string
  readonly rate: number
  readonly shape: Shape
}

export interface TrainingGraph {
  readonly graph: Graph
  readonly masks: readonly MaskInput[]
}

/** The network as it is trained: each dropout is a product with a mask that is fed, so that its draws can be repeated. */
export function trainingGraph(network: Network): TrainingGraph {
  const shapes = inferShapes(network.graph)
  const masks: MaskInput[] = []
  const nodes: Node[] = []
  const dropped = new Map<string, string>()
  for (const node of network.graph.nodes) {
    nodes.push({ ...node, inputs: node.inputs.map(input => dropped.get(input) ?? input) })
    for (const [i, { value, rate }] of network.dropouts.entries()) {
      if (!node.outputs.includes(value)) continue
      const mask = { input: `dropout/${i}`, rate, shape: shapeOf(shapes, value) }
      masks.push(mask)
      dropped.set(value, `dropped/${i}`)
      nodes.push({ op: 'Mul', inputs: [value, mask.input], outputs: [`dropped/${i}`], attributes: {} })
    }
  }
  const inputs = masks.map(({ input, shape }): Value => ({ name: input, dtype: 'float32', shape }))
  return { graph: { ...network.graph, inputs: [...network.graph.inputs, ...inputs], nodes }, masks }
}

function shapeOf(shapes: ReadonlyMap<string, Value>, value: string): Shape {
  const found = shapes.get(value)
  if (!found) throw new Problem(`Cannot drop a share of "${value}": its shape is not known`)
  return found.shape
}

/** A deviation below this share of the mean is rounding: the feature is the same for all films. */
const constantBelow = 1e-6

/** Sets what a linear head subtracts from its features and divides them by. A feature that does not vary is not divided. */
export function standardiseFeatures(network: Network, mean: Float32Array, deviation: Float32Array): Network {
  const at = network.standardised
  if (!at) return network
  const scale = deviation.map((value, i) => (value > constantBelow * (1 + Math.abs(mean[i] ?? 0)) ? 1 / value : 1))
  const graph = withWeights(network.graph, {
    [at.mean]: float32([mean.length], mean),
    [at.scale]: float32([scale.length], scale),
  })
  return { ...network, graph }
}
