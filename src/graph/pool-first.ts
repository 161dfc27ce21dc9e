import type { Graph, Node } from './graph.ts'
import { readsOf } from './names.ts'

/**
 * The graph with each Relu that only a MaxPool reads moved behind it: the largest of numbers that are cut off at 0 is their largest,
 * cut off. The Relu, and its gradient, then have a quarter of the numbers, or less. Values behind the pool keep their names.
 */
export function poolFirst(graph: Graph): Graph {
  const readers = readersOf(graph)
  const pooled = new Map<Node, Node>()
  for (const relu of graph.nodes) {
    const [output = ''] = relu.outputs
    const [reader, ...others] = readers.get(output) ?? []
    if (relu.op !== 'Relu' || reader?.op !== 'MaxPool' || others.length > 0) continue
    if (reader.outputs.length === 1) pooled.set(relu, reader)
  }
  const moved = new Map([...pooled].map(([relu, pool]) => [pool, relu]))
  const renewed = new Set([...pooled.keys()].map(({ outputs }) => outputs[0]))
  return {
    ...graph,
    // What a file states of the Relu's value is not true of what has its name now.
    ...(graph.values && { values: graph.values.filter(({ name }) => !renewed.has(name)) }),
    nodes: graph.nodes.flatMap(node => {
      if (pooled.has(node)) return []
      const relu = moved.get(node)
      if (relu === undefined) return [node]
      // The name of what was cut off is free now.
      const between = relu.outputs[0]!
      return [
        { ...node, inputs: [relu.inputs[0]!], outputs: [between] },
        { ...relu, inputs: [between], outputs: [node.outputs[0]!] },
      ]
    }),
  }
}

/** An output of the graph has a reader that is no node. */
function readersOf(graph: Graph): ReadonlyMap<string, readonly (Node | undefined)[]> {
  const readers = new Map<string, (Node | undefined)[]>()
  const read = (name: string, by: Node | undefined): void => void readers.set(name, [...(readers.get(name) ?? []), by])
  for (const node of graph.nodes) for (const name of readsOf(node)) read(name, node)
  for (const { name } of graph.outputs) read(name, undefined)
  return readers
}
