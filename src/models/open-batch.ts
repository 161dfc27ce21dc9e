import { int64, numbers, type Tensors } from '../core/index.ts'
import { type Graph, inferShapes } from '../graph/index.ts'

/**
 * A file that was written for one image at a time, for any number: where a Reshape states the batch as 1, it takes it from its
 * input instead (0 in ONNX). Graphs whose batch is open already stay as they are.
 */
export function openBatch(graph: Graph): Graph {
  const [image] = graph.inputs
  if (image?.shape[0] !== 1) return graph
  const shapes = inferShapes(graph)
  const freed: Record<string, Tensors[string]> = {}
  const nodes = graph.nodes.map(node => {
    const [input = '', target = ''] = node.inputs
    const stated = graph.weights[target]
    if (node.op !== 'Reshape' || stated?.dtype !== 'int64' || shapes.get(input)?.shape[0] !== 1) return node
    const [batch, ...rest] = numbers(stated)
    if (batch !== 1 || rest.length === 0) return node
    const name = `${target}/any-batch`
    freed[name] = int64([rest.length + 1], [0, ...rest])
    return { ...node, inputs: [input, name] }
  })
  return { ...graph, nodes, weights: { ...graph.weights, ...freed } }
}
