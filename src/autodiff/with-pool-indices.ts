import type { Graph, Node } from '../graph/index.ts'

/** Lets some maximum poolings of a graph say where each maximum stood, in a second output. */
export function withPoolIndices(graph: Graph, wantsThem: (node: Node) => boolean): Graph {
  const taken = new Set(graph.nodes.flatMap(node => node.outputs))
  const named = (wanted: string): string => {
    let name = wanted
    for (let count = 1; taken.has(name); count++) name = `${wanted}_${count}`
    taken.add(name)
    return name
  }
  const nodes = graph.nodes.map(node =>
    node.op === 'MaxPool' && (node.outputs[1] ?? '') === '' && wantsThem(node)
      ? { ...node, outputs: [node.outputs[0]!, named(`${node.outputs[0]}/indices`)] }
      : node,
  )
  return { ...graph, nodes }
}
