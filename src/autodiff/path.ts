import { type Graph, type Node, readsOf, type Value } from '../graph/index.ts'

/** What lies between the wanted values and the loss. */
export interface Path {
  /** Values that depend on a wanted one through floating-point numbers, the wanted ones too. */
  readonly active: ReadonlySet<string>
  /** Nodes that lead from an active value towards the loss, in the graph's order. */
  readonly nodes: readonly Node[]
}

/** Whole numbers and truth values have no slope: the path ends at them. */
export function pathBetween(
  graph: Graph,
  wanted: readonly string[],
  loss: string,
  look: (name: string) => Value | undefined,
): Path {
  const active = new Set(wanted)
  const touched: Node[] = []
  for (const node of graph.nodes) {
    if (!readsOf(node).some(input => active.has(input))) continue
    touched.push(node)
    for (const output of node.outputs) if (hasSlope(look(output))) active.add(output)
  }
  const needed = new Set([loss])
  const nodes: Node[] = []
  for (const node of touched.reverse()) {
    if (!node.outputs.some(output => needed.has(output) && active.has(output))) continue
    nodes.push(node)
    for (const input of readsOf(node)) needed.add(input)
  }
  return { active, nodes: nodes.reverse() }
}

/** A value of unknown type may have one. */
function hasSlope(value: Value | undefined): boolean {
  return value === undefined || value.dtype === 'float32' || value.dtype === 'float64' || value.dtype === 'float16'
}
