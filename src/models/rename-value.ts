import type { Graph, Value } from '../graph/index.ts'

/** The graph with one value under another name, which must be free. */
export function renameValue(graph: Graph, from: string, to: string): Graph {
  if (from === to) return graph
  const name = (given: string): string => (given === from ? to : given)
  const value = (given: Value): Value => ({ ...given, name: name(given.name) })
  return {
    ...graph,
    inputs: graph.inputs.map(value),
    outputs: graph.outputs.map(value),
    nodes: graph.nodes.map(node => ({ ...node, inputs: node.inputs.map(name), outputs: node.outputs.map(name) })),
    ...(graph.values ? { values: graph.values.map(value) } : {}),
  }
}
