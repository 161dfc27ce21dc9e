import { build, type Graph, type Node, namesOf, withOutputs } from '../../graph/index.ts'
import { groupedConvTranspose, isGrouped } from './grouped-conv-transpose.ts'
import { maxPoolWithPlaces } from './max-pool-places.ts'
import {
  celu,
  constantOfShape,
  dropout,
  logSoftmax,
  mean,
  type Rewrite,
  round,
  selu,
  sign,
  softsign,
  sum,
} from './rewrites.ts'

/**
 * The operators that ONNX Runtime's WebGPU lacks, and what stands for each. What is neither here nor on the device is
 * refused when a graph is loaded, by name.
 */
const rewrites: Readonly<Record<string, Rewrite>> = {
  Celu: celu,
  ConstantOfShape: constantOfShape,
  ConvTranspose: groupedConvTranspose,
  Dropout: dropout,
  LogSoftmax: logSoftmax,
  MaxPool: maxPoolWithPlaces,
  Mean: mean,
  Round: round,
  Selu: selu,
  Sign: sign,
  Softsign: softsign,
  Sum: sum,
}

/**
 * The same graph in operators that ONNX Runtime's WebGPU has: the one place where a graph is changed for that device.
 * Inputs and outputs keep their names.
 */
export function suitWebGpu(graph: Graph): Graph {
  const isRewritten = (node: Node): boolean => wantsRewrite(node, graph.opset)
  if (!graph.nodes.some(isRewritten)) return graph
  const builder = build(graph.name, { ...graph, nodes: [], outputs: [] }, namesOf(graph))
  const makers = new Map(graph.nodes.flatMap(node => node.outputs.map(name => [name, node] as const)))
  const outputs = new Set(graph.outputs.map(({ name }) => name))
  const rest = { ...graph, inputs: [], weights: {}, nodes: [], outputs: [] }
  builder.add({ ...rest, values: [...(graph.values ?? []), ...graph.outputs] })
  for (const node of graph.nodes) {
    if (isRewritten(node)) rewrites[node.op]!({ builder, node, makers, outputs })
    else builder.add({ ...rest, nodes: [node] })
  }
  for (const { name } of graph.outputs) builder.output(name)
  // What a rewrite has made needless would still run.
  return withOutputs(
    builder.finish(),
    graph.outputs.map(({ name }) => name),
  )
}

function wantsRewrite(node: Node, opset: number): boolean {
  if (node.domain !== undefined || !(node.op in rewrites)) return false
  // It took all axes from the given one on then.
  if (node.op === 'LogSoftmax') return opset >= 13
  if (node.op === 'ConvTranspose') return isGrouped(node)
  // A pooling is on the device, but not the places of its maxima.
  if (node.op === 'MaxPool') return (node.outputs[1] ?? '') !== ''
  // One that drops would need random numbers.
  if (node.op === 'Dropout') return (node.inputs[2] ?? '') === '' && (node.outputs[1] ?? '') === ''
  return true
}
