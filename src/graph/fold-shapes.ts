import { int64, type Tensor } from '../core/index.ts'
import type { Dimension, Graph, Node } from './graph.ts'
import { type Inference, inferenceOver } from './infer-shapes.ts'
import { namesOf } from './names.ts'
import { prune } from './prune.ts'

/**
 * The graph with what it computes of sizes written down: exporters leave chains of Shape, Gather, Mul and Concat even where every
 * size is a number. A Reshape whose target has one open size, such as the batch, takes it from its input. What nobody needs
 * any more is dropped.
 */
export function foldShapes(graph: Graph): Graph {
  const found = inferenceOver(graph)
  const taken = new Set(namesOf(graph))
  const weights: Record<string, Tensor> = { ...graph.weights }
  const outputs = new Set(graph.outputs.map(({ name }) => name))
  const nodes: Node[] = []
  for (const node of graph.nodes) {
    found.visit(node)
    const [output = ''] = node.outputs
    const value = node.outputs.length === 1 && !outputs.has(output) ? fixedSizes(found, output) : undefined
    if (value !== undefined) weights[output] = value
    else nodes.push(withFixedTarget(node, { found, weights, taken }))
  }
  return prune({ ...graph, nodes, weights })
}

/** The value of a vector or number of sizes, if all of them are numbers. */
function fixedSizes(found: Inference, name: string): Tensor | undefined {
  const { dtype, shape, elements } = found.knownOf(name)
  if (dtype !== 'int64' || shape === undefined || elements === undefined) return undefined
  const sizes = elements.filter(size => typeof size === 'number')
  const rank = shape.length
  return sizes.length === elements.length && rank <= 1 ? int64(rank === 0 ? [] : [sizes.length], sizes) : undefined
}

interface Help {
  readonly found: Inference
  readonly weights: Record<string, Tensor>
  readonly taken: Set<string>
}

function withFixedTarget(node: Node, { found, weights, taken }: Help): Node {
  const [input = '', target = ''] = node.inputs
  const sizes = node.op === 'Reshape' ? found.knownOf(target).elements : undefined
  const fixed = sizes && targetOf(sizes)
  if (fixed === undefined || weights[target] !== undefined) return node
  const name = freshName(`${node.outputs[0]}/shape`, taken)
  weights[name] = int64([fixed.length], fixed)
  return { ...node, inputs: [input, name] }
}

/** One size that is no number becomes -1: what is left. */
function targetOf(sizes: readonly Dimension[]): readonly number[] | undefined {
  const open = sizes.filter(size => typeof size === 'string' || size < 0)
  if (open.length > 1 || sizes.includes(0)) return undefined
  return sizes.map(size => (typeof size === 'string' ? -1 : size))
}

function freshName(wanted: string, taken: Set<string>): string {
  let name = wanted
  for (let count = 1; taken.has(name); count++) name = `${wanted}_${count}`
  taken.add(name)
  return name
}
