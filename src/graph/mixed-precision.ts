import type { Dtype } from '../core/index.ts'
import { int } from './attributes.ts'
import { dtypeCodes } from './dtype-codes.ts'
import type { Graph, Node } from './graph.ts'
import { halfNodes, isFloat32 } from './half-nodes.ts'
import { inferShapes } from './infer-shapes.ts'
import { namesOf, readsOf } from './names.ts'

/**
 * The same graph in mixed precision (Micikevicius et al. 2018): convolutions and matrix products take and give float16, and so
 * does what lies between two of them (see `halfNodes`); all else stays float32. Inputs, weights and outputs keep their names and
 * types. No value is converted twice.
 */
export function inMixedPrecision(graph: Graph): Graph {
  const values = inferShapes(graph)
  const half = halfNodes(graph, values)
  const read = readInFull(graph, half)
  const taken = new Set(namesOf(graph))
  const names = new Map<string, string>()
  const nodes: Node[] = []

  const named = (name: string): string => {
    let made = `${name}/half`
    while (taken.has(made)) made = `${made}_`
    taken.add(made)
    names.set(name, made)
    return made
  }
  const halfOf = (name: string): string => {
    const known = names.get(name)
    if (known !== undefined) return known
    const made = named(name)
    nodes.push(cast(name, made, 'float16'))
    return made
  }
  for (const node of graph.nodes) {
    if (!half.has(node)) {
      nodes.push(node)
      continue
    }
    const inputs = node.inputs.map(name => (isFloat32(values, name) ? halfOf(name) : name))
    const outputs = node.outputs.map(name => (isFloat32(values, name) ? named(name) : name))
    nodes.push(node.op === 'Cast' ? cast(inputs[0]!, outputs[0]!, 'float16') : { ...node, inputs, outputs })
    for (const [i, name] of node.outputs.entries()) {
      if (outputs[i] !== name && read.has(name)) nodes.push(cast(outputs[i]!, name, 'float32'))
    }
  }
  const made = new Set(nodes.flatMap(node => node.outputs))
  const stated = graph.values?.filter(({ name }) => made.has(name))
  return { ...graph, nodes, ...(stated !== undefined && { values: stated }) }
}

/** The values that are read by a node in 32 bits, or leave the graph. */
function readInFull(graph: Graph, half: ReadonlySet<Node>): ReadonlySet<string> {
  const readers = graph.nodes.filter(node => !half.has(node))
  return new Set([...graph.outputs.map(({ name }) => name), ...readers.flatMap(readsOf)])
}

function cast(from: string, to: string, dtype: Dtype): Node {
  return { op: 'Cast', inputs: [from], outputs: [to], attributes: { to: int(dtypeCodes[dtype]) } }
}
