import type { Graph, Node } from '../graph/index.ts'

/** Lets the maximum poolings of a graph that gradients pass through say where each maximum stood, in a second output. */
export function withPoolIndices(graph: Graph, isOnPath: (node: Node) => boolean): Graph {
  const taken = new Set(graph.nodes.flatMap(node => node.outputs))
  const named = (wanted: string): string => {
    let name = wanted
    for (let count = 1; taken.has(name); count++) name = `${wanted}_${count}`
    taken.add(name)
    return name
  }
  const nodes = graph.nodes.map(node =>
    node.op === 'MaxPool' && (node.outputs[1] ?? '') === '' && isOnPath(node)
      ? { ...node, outputs: [node.outputs[0]!, named(`${node.outputs[0]}/indices`)] }
      : node,
  )
  return { ...graph, nodes }
}
