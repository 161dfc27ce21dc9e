import type { Tensor } from '../core/index.ts'
import { elements, float32, floats } from '../core/index.ts'
import { floatOf, intOf } from './attributes.ts'
import type { Graph, Node } from './graph.ts'
import { namesOf, readsOf } from './names.ts'
import { prune } from './prune.ts'

/**
 * Writes each BatchNormalization (inference form) that follows a Conv or a Gemm into its weights:
 * `γ·(W·x + b − μ)/√(σ² + ε) + β = (s·W)·x + s·(b − μ) + β` with `s = γ/√(σ² + ε)`. One that stands elsewhere, whose
 * input is used by others too, or whose parameters are not float32 weights stays as it is.
 * @param except outputs of normalisations that stay
 */
export function foldBatchNormalization(graph: Graph, except: readonly string[] = []): Graph {
  const makers = new Map(graph.nodes.flatMap(node => node.outputs.map(name => [name, node] as const)))
  const uses = countUses(graph)
  const folded = new Map<Node, Folding>()
  const gone = new Set<Node>()
  for (const node of graph.nodes) {
    if (node.op !== 'BatchNormalization' || node.domain !== undefined) continue
    if (except.includes(node.outputs[0] ?? '')) continue
    const input = node.inputs[0] ?? ''
    const linear = makers.get(input)
    if (linear === undefined || uses.get(input) !== 1) continue
    const folding = foldingOf(graph, linear, node)
    if (folding === undefined) continue
    folded.set(linear, folding)
    gone.add(node)
  }
  return rewrite(graph, folded, gone)
}

interface Folding {
  readonly output: string
  readonly weight: Tensor
  readonly bias: Tensor
}

function countUses(graph: Graph): ReadonlyMap<string, number> {
  const uses = new Map<string, number>()
  for (const name of [...graph.nodes.flatMap(readsOf), ...graph.outputs.map(output => output.name)]) {
    uses.set(name, (uses.get(name) ?? 0) + 1)
  }
  return uses
}

/** The scaled weight and the new bias; undefined when the two nodes cannot become one. */
function foldingOf(graph: Graph, linear: Node, normalization: Node): Folding | undefined {
  if (intOf(normalization, 'training_mode', 0) !== 0 || linear.domain !== undefined) return undefined
  const weight = floatWeight(graph, linear.inputs[1])
  const parameters = normalization.inputs.slice(1, 5).map(name => floatWeight(graph, name))
  const [gamma, beta, mean, variance] = parameters.map(parameter => parameter && floats(parameter))
  const filters = weight && filtersOf(linear, weight)
  if (!weight || filters === undefined || !gamma || !beta || !mean || !variance) return undefined
  const biasName = linear.inputs[2] ?? ''
  const bias = biasName === '' ? new Float32Array(filters.count) : biasOf(graph, biasName, filters.count)
  if (bias === undefined || gamma.length !== filters.count) return undefined
  const epsilon = floatOf(normalization, 'epsilon', 1e-5)
  const scale = Float64Array.from(gamma, (value, i) => value / Math.sqrt((variance[i] ?? 0) + epsilon))
  return {
    output: normalization.outputs[0] ?? '',
    weight: float32(
      weight.shape,
      floats(weight).map((value, i) => value * (scale[filters.of(i)] ?? 0)),
    ),
    bias: float32(
      [filters.count],
      bias.map((value, i) => (value - (mean[i] ?? 0)) * (scale[i] ?? 0) + (beta[i] ?? 0)),
    ),
  }
}

function floatWeight(graph: Graph, name: string | undefined): Tensor | undefined {
  const weight = name === undefined ? undefined : graph.weights[name]
  return weight?.dtype === 'float32' ? weight : undefined
}

function biasOf(graph: Graph, name: string, count: number): Float32Array | undefined {
  const bias = floatWeight(graph, name)
  return bias !== undefined && elements(bias.shape) === count ? floats(bias) : undefined
}

/** How many filters a weight has, and to which of them its element `i` belongs. Groups make no difference to a Conv. */
function filtersOf(linear: Node, weight: Tensor): { count: number; of(i: number): number } | undefined {
  const [first = 1, second = 1] = weight.shape
  if (linear.op === 'Conv') {
    const size = elements(weight.shape) / first
    return { count: first, of: i => Math.floor(i / size) }
  }
  if (linear.op !== 'Gemm' || floatOf(linear, 'alpha', 1) !== 1 || floatOf(linear, 'beta', 1) !== 1) return undefined
  return intOf(linear, 'transB', 0) === 1
    ? { count: first, of: i => Math.floor(i / second) }
    : { count: second, of: i => i % second }
}

function rewrite(graph: Graph, folded: ReadonlyMap<Node, Folding>, gone: ReadonlySet<Node>): Graph {
  const taken = new Set(namesOf(graph))
  const weights = { ...graph.weights }
  const add = (wanted: string, value: Tensor): string => {
    let name = wanted
    for (let count = 1; taken.has(name); count++) name = `${wanted}_${count}`
    taken.add(name)
    weights[name] = value
    return name
  }
  const nodes = graph.nodes.flatMap((node): readonly Node[] => {
    const folding = folded.get(node)
    if (folding === undefined) return gone.has(node) ? [] : [node]
    const [input = '', weight = ''] = node.inputs
    const scaled = add(`${weight}/folded`, folding.weight)
    return [{ ...node, inputs: [input, scaled, add(`${weight}/bias`, folding.bias)], outputs: [folding.output] }]
  })
  return prune({ ...graph, nodes, weights })
}
