import { elements, int64, type Tensor } from '../../core/index.ts'
import { build, type Dimension, type Graph, intOf, type Node, namesOf, type Value } from '../../graph/index.ts'

/**
 * The graph for inputs of these sizes alone: what it reads from shapes becomes constants, and ONNX Runtime computes what follows
 * from them while it loads the graph. Without that, arithmetic on shapes runs on the CPU.
 *
 * @param sizes numbers for symbolic sizes
 */
export function fixSizes(graph: Graph, sizes: ReadonlyMap<string, number>): Graph {
  const fixed = (size: Dimension): Dimension => (typeof size === 'string' ? (sizes.get(size) ?? size) : size)
  const fixedValue = (value: Value): Value => ({ ...value, shape: value.shape.map(fixed) })
  const inputs = graph.inputs.map(fixedValue)
  const values = [...(graph.values ?? []), ...graph.outputs].map(fixedValue)
  const builder = build(graph.name, { ...graph, inputs, nodes: [], outputs: [] }, namesOf(graph))
  for (const node of graph.nodes) {
    const read = reads.has(node.op) ? sizesRead(node, builder.valueOf(node.inputs[0]!)) : undefined
    if (read === undefined) builder.add({ ...graph, inputs: [], weights: {}, nodes: [node], outputs: [], values })
    else builder.weight(node.outputs[0]!, read)
  }
  for (const { name } of graph.outputs) builder.output(name)
  return builder.finish()
}

/** The operators that ask for sizes. */
const reads: ReadonlySet<string> = new Set(['Shape', 'Size'])

/** What such a node gives; undefined while a size is not known. */
function sizesRead(node: Node, { shape }: Value): Tensor | undefined {
  const part = node.op === 'Size' ? shape : shape.slice(intOf(node, 'start', 0), intOf(node, 'end', shape.length))
  const sizes = part.filter(size => typeof size === 'number')
  if (sizes.length < part.length) return undefined
  return node.op === 'Size' ? int64([], [elements(sizes)]) : int64([sizes.length], sizes)
}
