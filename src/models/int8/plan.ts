import type { Tensor } from '../../core/index.ts'
import { type Graph, type Node, stringOf } from '../../graph/index.ts'
import { isCutOff, keptBy } from './activation.ts'
import { productsOf } from './filters.ts'

/** A node that is computed in whole numbers. */
export interface Step {
  readonly kind: 'conv' | 'merge' | 'average' | 'same'
  readonly node: Node
  /** The value that it gives: its own, or that of the activation behind it, which costs nothing then. */
  readonly output: string
}

export interface Int8Plan {
  /** By node; an activation that its step gives already is `absorbed`. */
  readonly steps: ReadonlyMap<Node, Step>
  readonly absorbed: ReadonlySet<Node>
  /** The values whose ranges must be known, each once. */
  readonly observed: readonly string[]
  /** The values that share the range of this one, itself among them. */
  sharing(value: string): readonly string[]
}

/** Operators that give each number of theirs as it came, so that it keeps its form. */
const movers = new Set(['MaxPool', 'Concat', 'Pad', 'Relu', 'Clip'])
const merges = new Set(['Add', 'Mul'])

/** int32 sums are safe below this. */
const mostProducts = Math.floor(2 ** 30 / (255 * 127))

/**
 * Which nodes of a float graph can be computed in whole numbers: convolutions with fixed weights, and what stands between them.
 * Everything else stays as it is.
 *
 * @param floats outputs of nodes that are to stay in float32 too
 */
export function int8Plan(graph: Graph, floats: ReadonlySet<string> = new Set()): Int8Plan {
  const uses = usesOf(graph)
  const steps = new Map<Node, Step>()
  const absorbed = new Set<Node>()
  const whole = new Set<string>()
  const observed = new Set<string>()
  const shared = new Map<string, string[]>()
  for (const node of graph.nodes) {
    if (absorbed.has(node)) continue
    const kind = floats.has(node.outputs[0] ?? '') ? undefined : kindOf(graph, node, whole)
    if (kind === undefined) continue
    const [raw = ''] = node.outputs
    const activation = kind === 'same' ? undefined : cutOffBehind(graph, uses.get(raw))
    if (activation !== undefined) absorbed.add(activation)
    const step: Step = { kind, node, output: activation?.outputs[0] ?? raw }
    steps.set(node, step)
    whole.add(step.output)
    const inputs = activationsOf(graph, step)
    for (const name of inputs) observed.add(name)
    observed.add(step.output)
    if (kind === 'same') share(shared, [...inputs, step.output])
  }
  return { steps, absorbed, observed: [...observed], sharing: value => shared.get(value) ?? [value] }
}

/** The inputs of a step that are images of numbers, not weights or bounds. */
export function activationsOf(graph: Graph, { kind, node }: Step): readonly string[] {
  const many = kind === 'merge' || node.op === 'Concat'
  return (many ? node.inputs : node.inputs.slice(0, 1)).filter(name => !Object.hasOwn(graph.weights, name))
}

function kindOf(graph: Graph, node: Node, whole: ReadonlySet<string>): Step['kind'] | undefined {
  if (node.domain !== undefined) return undefined
  if (node.op === 'Conv') return isFixed(graph, node) ? 'conv' : undefined
  if (!node.inputs.some(name => whole.has(name))) return undefined
  if (node.op === 'GlobalAveragePool') return 'average'
  if (merges.has(node.op)) return node.inputs.some(name => Object.hasOwn(graph.weights, name)) ? undefined : 'merge'
  return movers.has(node.op) && moves(graph, node) ? 'same' : undefined
}

/** Weight and bias are float32 weights, two spatial axes, and sums that fit. */
function isFixed(graph: Graph, node: Node): boolean {
  const [, weight = '', bias = ''] = node.inputs
  const filters = graph.weights[weight]
  if (filters?.dtype !== 'float32' || filters.shape.length !== 4) return false
  return productsOf(filters) <= mostProducts && (bias === '' || graph.weights[bias]?.dtype === 'float32')
}

function moves(graph: Graph, node: Node): boolean {
  if (node.op === 'MaxPool') return node.outputs.filter(name => name !== '').length === 1
  if (node.op === 'Pad') return padsWithZero(graph, node)
  if (node.op === 'Concat') return !node.inputs.some(name => Object.hasOwn(graph.weights, name))
  return isCutOff(keptBy(graph, node))
}

function padsWithZero(graph: Graph, node: Node): boolean {
  const [, pads = '', value = '', axes = ''] = node.inputs
  const fill: Tensor | undefined = value === '' ? undefined : graph.weights[value]
  const zero = value === '' || (fill !== undefined && Number(fill.data[0]) === 0)
  return stringOf(node, 'mode', 'constant') === 'constant' && zero && axes === '' && Object.hasOwn(graph.weights, pads)
}

/** The activation behind a value that nothing else uses. */
export function cutOffBehind(graph: Graph, users: readonly Node[] | undefined): Node | undefined {
  const [only, ...others] = users ?? []
  return only !== undefined && others.length === 0 && isCutOff(keptBy(graph, only)) ? only : undefined
}

/** Who reads each value. An output of the graph has a reader that is no node. */
export function usesOf(graph: Graph): ReadonlyMap<string, readonly Node[]> {
  const uses = new Map<string, Node[]>()
  const use = (name: string, node: Node): void => {
    uses.set(name, [...(uses.get(name) ?? []), node])
  }
  for (const node of graph.nodes) for (const name of node.inputs) use(name, node)
  for (const { name } of graph.outputs) use(name, { op: '', inputs: [name], outputs: [], attributes: {} })
  return uses
}

/** Puts values, and those that they share a range with already, together. */
function share(shared: Map<string, string[]>, values: readonly string[]): void {
  const together = [...new Set(values.flatMap(value => shared.get(value) ?? [value]))]
  for (const value of together) shared.set(value, together)
}
