import { nearest, Problem } from '../core/index.ts'
import type { Graph, Node, Value } from './graph.ts'
import { inferShapes } from './infer-shapes.ts'
import { namesOf, readsOf } from './names.ts'

/**
 * The graph with other outputs. Nodes, weights and inputs that they do not need are dropped.
 * @param names any values of the graph
 * @throws Problem when a name is unknown, or its type and rank cannot be inferred
 */
export function withOutputs(graph: Graph, names: readonly string[]): Graph {
  const values = inferShapes(graph)
  return prune({ ...graph, outputs: names.map(name => valueIn(graph, values, name)) })
}

/** Looks a value up, with a sentence for the person who mistyped its name. */
export function valueIn(graph: Graph, values: ReadonlyMap<string, Value>, name: string): Value {
  const found = values.get(name)
  if (found !== undefined) return found
  const known = namesOf(graph)
  if (known.has(name)) {
    throw new Problem(`Cannot use value "${name}" of graph "${graph.name}": its type and shape cannot be inferred`)
  }
  const near = nearest(name, [...known])
  throw new Problem(
    `Cannot find value "${name}" in graph "${graph.name}": no node makes it${near === undefined ? '' : `, did you mean "${near}"?`}`,
  )
}

/** Drops what the outputs do not need. */
export function prune(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map(({ name }) => name))
  const nodes: Node[] = []
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some(name => needed.has(name))) continue
    for (const name of readsOf(node)) needed.add(name)
    nodes.push(node)
  }
  const made = new Set(nodes.flatMap(node => node.outputs))
  const values = graph.values?.filter(({ name }) => made.has(name))
  const { values: _dropped, ...rest } = graph
  return {
    ...rest,
    inputs: graph.inputs.filter(({ name }) => needed.has(name)),
    nodes: nodes.reverse(),
    weights: Object.fromEntries(Object.entries(graph.weights).filter(([name]) => needed.has(name))),
    ...(values !== undefined && values.length > 0 && { values }),
  }
}
