import { differentiableOps } from '../autodiff/index.ts'
import { Problem } from '../core/index.ts'
import type { Graph, Node } from '../graph/index.ts'

/** Which inputs of an operator are learned, not merely fixed: weights and biases, but no bounds, shapes or statistics. */
const learnedInputs: Readonly<Record<string, readonly number[]>> = {
  BatchNormalization: [1, 2],
  Conv: [1, 2],
  ConvTranspose: [1, 2],
  Gemm: [1, 2],
  GroupNormalization: [1, 2],
  InstanceNormalization: [1, 2],
  LayerNormalization: [1, 2],
  MatMul: [0, 1],
  PRelu: [1],
}

/** The weights of a graph that training changes, in the order of their first use. */
export function learnedWeights(graph: Graph): readonly string[] {
  const names = graph.nodes.flatMap(node => [
    ...(learnedInputs[node.op] ?? []).map(index => node.inputs[index] ?? ''),
    ...(isBias(graph, node) ? node.inputs : []),
  ])
  return [...new Set(names)].filter(name => graph.weights[name]?.dtype === 'float32')
}

/** An Add behind a MatMul is the bias of a dense layer. */
function isBias(graph: Graph, node: Node): boolean {
  return (
    node.op === 'Add' && graph.nodes.some(({ op, outputs }) => op === 'MatMul' && node.inputs.includes(outputs[0]!))
  )
}

/** @throws Problem when gradients cannot pass from the end of the graph back to the weights that are trained */
export function refuseWithoutGradient(graph: Graph, parameters: readonly string[], path: string): void {
  const known: readonly string[] = differentiableOps
  const learning = new Set(parameters)
  for (const node of graph.nodes) {
    if (!node.inputs.some(name => learning.has(name))) continue
    if (node.domain !== undefined || !known.includes(node.op)) {
      throw new Problem(
        `Cannot train the backbone "${path}": operator ${node.op} at "${node.outputs[0]}" has no gradient`,
        { next: `set trainFrom to a value behind "${node.outputs[0]}", or leave it out to train the head alone` },
      )
    }
    for (const name of node.outputs) learning.add(name)
  }
}
