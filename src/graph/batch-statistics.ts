import { type Dtype, float32, int64, Problem, type Tensor, tensor } from '../core/index.ts'
import { floatOf, int, intOf, ints } from './attributes.ts'
import type { Attributes, Graph, Node } from './graph.ts'
import { inferShapes, placeOf } from './infer-shapes.ts'
import { namesOf } from './names.ts'

/** Whether a node normalises with the statistics of its batch. */
export function usesBatchStatistics(node: Node): boolean {
  return node.op === 'BatchNormalization' && node.domain === undefined && intOf(node, 'training_mode', 0) === 1
}

/**
 * Writes each BatchNormalization in training mode as ONNX Runtime can run it: mean and variance of the batch are computed, and
 * normalise in the inference form. The statistics that move are `old · momentum + new · (1 − momentum)`; the new variance is
 * that of the batch itself, Σ(x−μ)²/n, as ONNX states it. (PyTorch moves its running variance by Σ(x−μ)²/(n−1).)
 */
export function withBatchStatistics(graph: Graph): Graph {
  if (!graph.nodes.some(usesBatchStatistics)) return graph
  const values = inferShapes(graph)
  const taken = new Set(namesOf(graph))
  const weights: Record<string, Tensor> = { ...graph.weights }
  const fresh = (wanted: string): string => {
    let name = wanted
    for (let count = 1; taken.has(name); count++) name = `${wanted}_${count}`
    taken.add(name)
    return name
  }
  const weight = (wanted: string, value: Tensor): string => {
    const name = fresh(wanted)
    weights[name] = value
    return name
  }
  const nodes = graph.nodes.flatMap(node => {
    if (!usesBatchStatistics(node)) return [node]
    const x = values.get(node.inputs[0] ?? '')
    if (x === undefined) throw new Problem(`Cannot train ${placeOf(node)}: the rank of its input is not known`)
    return expanded(node, { rank: x.shape.length, dtype: x.dtype, opset: graph.opset, fresh, weight })
  })
  return { ...graph, nodes, weights }
}

interface Help {
  readonly rank: number
  readonly dtype: Dtype
  readonly opset: number
  fresh(wanted: string): string
  weight(wanted: string, value: Tensor): string
}

function expanded(normalization: Node, { rank, dtype, opset, fresh, weight }: Help): readonly Node[] {
  const [x = '', scale = '', bias = '', oldMean = '', oldVariance = ''] = normalization.inputs
  const [y = '', newMean = '', newVariance = ''] = normalization.outputs
  const nodes: Node[] = []
  const add = (
    op: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    output = fresh(`${y}/${op}`),
  ): string => {
    nodes.push({ op, inputs, outputs: [output], attributes })
    return output
  }
  const axes = Array.from({ length: rank }, (_, axis) => axis).filter(axis => axis !== 1)
  const mean = (value: string, keepdims: number): string =>
    opset >= 18
      ? add('ReduceMean', [value, weight(`${y}/axes`, int64([axes.length], axes))], { keepdims: int(keepdims) })
      : add('ReduceMean', [value], { axes: ints(axes), keepdims: int(keepdims) })
  const middle = mean(x, 1)
  const centred = add('Sub', [x, middle])
  const variance = mean(add('Mul', [centred, centred]), 0)
  const ofBatch = add('Reshape', [middle, weight(`${y}/vector`, int64([1], [-1]))])
  const momentum = floatOf(normalization, 'momentum', 0.9)
  const moved = (old: string, now: string, output: string): void => {
    if (output === '') return
    const kept = add('Mul', [old, weight(`${y}/momentum`, number(momentum, dtype))])
    const gained = add('Mul', [now, weight(`${y}/pace`, number(1 - momentum, dtype))])
    add('Add', [kept, gained], {}, output)
  }
  moved(oldMean, ofBatch, newMean)
  moved(oldVariance, variance, newVariance)
  const { training_mode: _training, momentum: _momentum, ...attributes } = normalization.attributes
  nodes.push({ ...normalization, inputs: [x, scale, bias, ofBatch, variance], outputs: [y], attributes })
  return nodes
}

function number(value: number, dtype: Dtype): Tensor {
  return dtype === 'float64' ? tensor(dtype, [], Float64Array.of(value)) : float32([], [value])
}
