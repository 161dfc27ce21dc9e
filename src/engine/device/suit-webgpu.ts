import { build, type Graph, type Node, namesOf, withOutputs } from '../../graph/index.ts'
import { groupedConvTranspose, isGroupedWithoutPads } from './grouped-conv-transpose.ts'
import { maxPoolWithPlaces } from './max-pool-places.ts'
import { groupNormalization, layerNormalization } from './normalization-rewrites.ts'
import { refusal } from './refusal.ts'
import * as rewritten from './rewrites.ts'

/**
 * The operators that ONNX Runtime's WebGPU lacks in some form, and what stands for each. What is neither here nor on the device
 * is refused when a graph is loaded, by name.
 */
const rewrites: Readonly<Record<string, rewritten.Rewrite>> = {
  CastLike: rewritten.castLike,
  Celu: rewritten.celu,
  ConstantOfShape: rewritten.constantOfShape,
  ConvTranspose: groupedConvTranspose,
  Dropout: rewritten.dropout,
  GroupNormalization: groupNormalization,
  LayerNormalization: layerNormalization,
  LogSoftmax: rewritten.logSoftmax,
  MaxPool: maxPoolWithPlaces,
  Mean: rewritten.mean,
  Round: rewritten.round,
  Selu: rewritten.selu,
  Sign: rewritten.sign,
  Softsign: rewritten.softsign,
  SpaceToDepth: rewritten.spaceToDepth,
  Sum: rewritten.sum,
}

/** Whether the device takes a node and may compute it wrongly: seen in ONNX Runtime 1.30. */
function isWrong(node: Node): boolean {
  return node.op === 'Einsum' || isGroupedWithoutPads(node)
}

/**
 * The same graph in operators that ONNX Runtime's WebGPU has: the one place where a graph is changed for that device.
 * Inputs and outputs keep their names.
 */
export function suitWebGpu(graph: Graph): Graph {
  const standard = (node: Node): boolean => node.domain === undefined
  const bad = graph.nodes.find(node => standard(node) && isWrong(node))
  if (bad !== undefined) throw refusal(graph.name, [bad.op])
  if (!graph.nodes.some(node => standard(node) && node.op in rewrites)) return graph
  const builder = build(graph.name, { ...graph, nodes: [], outputs: [] }, namesOf(graph))
  const makers = new Map(graph.nodes.flatMap(node => node.outputs.map(name => [name, node] as const)))
  const outputs = new Set(graph.outputs.map(({ name }) => name))
  const rest = { ...graph, inputs: [], weights: {}, nodes: [], outputs: [] }
  builder.add({ ...rest, values: [...(graph.values ?? []), ...graph.outputs] })
  for (const node of graph.nodes) {
    const rewrite = standard(node) ? rewrites[node.op] : undefined
    const isDone = rewrite?.({ builder, node, makers, outputs }) ?? false
    if (!isDone) builder.add({ ...rest, nodes: [node] })
  }
  for (const { name } of graph.outputs) builder.output(name)
  // What a rewrite has made needless would still run.
  return withOutputs(
    builder.finish(),
    graph.outputs.map(({ name }) => name),
  )
}
