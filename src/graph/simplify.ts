import type { Tensor } from '../core/index.ts'
import { constantOf } from './attributes.ts'
import type { Graph, Node } from './graph.ts'
import { renameValues } from './names.ts'

/** The graph with its Constant nodes as weights, but for those that are outputs. */
export function liftConstants(graph: Graph): Graph {
  const outputs = new Set(graph.outputs.map(({ name }) => name))
  const weights: Record<string, Tensor> = { ...graph.weights }
  const nodes = graph.nodes.filter(node => {
    const [output = ''] = node.outputs
    const value = outputs.has(output) ? undefined : constantOf(node)
    if (value !== undefined) weights[output] = value
    return value === undefined
  })
  return { ...graph, nodes, weights }
}

/**
 * The graph without nodes that change nothing: Identity and Dropout (inference form).
 * @param keep names of values that stay, beside the outputs
 */
export function simplify(graph: Graph, keep: readonly string[] = []): Graph {
  const kept = new Set([...keep, ...graph.outputs.map(({ name }) => name)])
  const aliases: Record<string, string> = {}
  const nodes: Node[] = []
  for (const node of graph.nodes) {
    const [output = ''] = node.outputs
    if (changesNothing(node, graph) && !kept.has(output)) {
      const [input = ''] = node.inputs
      aliases[output] = aliases[input] ?? input
    } else {
      nodes.push(node)
    }
  }
  const values = graph.values?.filter(({ name }) => !Object.hasOwn(aliases, name))
  return renameValues({ ...graph, nodes, ...(values !== undefined && { values }) }, aliases)
}

function changesNothing(node: Node, graph: Graph): boolean {
  if (node.domain !== undefined) return false
  if (node.op === 'Identity') return true
  const mask = node.outputs[1] ?? ''
  const training = node.inputs[2] ?? ''
  return node.op === 'Dropout' && training === '' && !(mask !== '' && uses(graph, mask))
}

function uses(graph: Graph, name: string): boolean {
  return graph.nodes.some(node => node.inputs.includes(name)) || graph.outputs.some(output => output.name === name)
}
