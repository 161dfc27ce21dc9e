import { type Graph, int, type Node, usesBatchStatistics, type Value } from '../graph/index.ts'

/** A batch normalisation that learns from the statistics of its batches. */
export interface BatchNorm {
  /** The value that it makes. */
  readonly output: string
  /** Weight [C]: the running mean. */
  readonly mean: string
  /** Weight [C]: the running variance. */
  readonly variance: string
}

/** The graph with every batch normalisation as it judges: files may have been written while they were training. */
export function withFixedNorms(graph: Graph): Graph {
  const nodes = graph.nodes.map(node => {
    if (!usesBatchStatistics(node)) return node
    const { training_mode: _training, ...attributes } = node.attributes
    return { ...node, outputs: node.outputs.slice(0, 1), attributes }
  })
  return { ...graph, nodes }
}

/** The outputs of the batch normalisations of a graph. */
export function batchNormsOf(graph: Graph): readonly string[] {
  return graph.nodes.filter(isBatchNorm).map(node => node.outputs[0]!)
}

const isBatchNorm = (node: Node): boolean => node.op === 'BatchNormalization' && node.domain === undefined

/**
 * Gives each of the normalisations running statistics of its own: exporters write equal tensors once, and what is one in
 * the file moves apart in training. One whose statistics are no weights is left out.
 */
export function ownStatistics(
  graph: Graph,
  outputs: readonly string[],
): { readonly graph: Graph; readonly batchNorms: readonly BatchNorm[] } {
  const batchNorms: BatchNorm[] = []
  const weights = { ...graph.weights }
  const nodes = graph.nodes.map(node => {
    const [output = ''] = node.outputs
    const [x = '', scale = '', bias = '', mean = '', variance = ''] = node.inputs
    if (!outputs.includes(output) || weights[mean] === undefined || weights[variance] === undefined) return node
    const own = { output, mean: `${output}/running-mean`, variance: `${output}/running-variance` }
    weights[own.mean] = weights[mean]
    weights[own.variance] = weights[variance]
    batchNorms.push(own)
    return { ...node, inputs: [x, scale, bias, own.mean, own.variance] }
  })
  return { graph: { ...graph, nodes, weights }, batchNorms }
}

/** The graph as it is trained: the normalisations use their batches, and the statistics that have moved are outputs. */
export function withTrainingNorms(
  graph: Graph,
  batchNorms: readonly BatchNorm[],
): { readonly graph: Graph; readonly state: Readonly<Record<string, string>> } {
  const byOutput = new Map(batchNorms.map(norm => [norm.output, norm]))
  const state: Record<string, string> = {}
  const moved: Value[] = []
  const move = (name: string): string => {
    const next = `${name}/next`
    state[name] = next
    moved.push({ name: next, dtype: 'float32', shape: graph.weights[name]!.shape })
    return next
  }
  const nodes = graph.nodes.map(node => {
    const norm = byOutput.get(node.outputs[0] ?? '')
    if (norm === undefined) return node
    const outputs = [norm.output, move(norm.mean), move(norm.variance)]
    return { ...node, outputs, attributes: { ...node.attributes, training_mode: int(1) } }
  })
  return { graph: { ...graph, nodes, outputs: [...graph.outputs, ...moved] }, state }
}
