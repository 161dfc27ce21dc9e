import { constantOf } from './attributes.ts'
import type { Graph, Node, Value } from './graph.ts'
import { readsOf } from './names.ts'

/** What a processor for graphics multiplies fastest in 16 bits. */
const products: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul'])

/**
 * What may lie between products in 16 bits: operators that move numbers, compare them, or make each result of few of them. Sums
 * over axes, normalisations, exponentials and quotients are none of them.
 */
const carriers: ReadonlySet<string> = new Set([
  'Add',
  'Cast',
  'Clip',
  'Concat',
  'Equal',
  'Expand',
  'Flatten',
  'Greater',
  'GreaterOrEqual',
  'Identity',
  'LeakyRelu',
  'Less',
  'LessOrEqual',
  'Max',
  'MaxPool',
  'Min',
  'Mul',
  'Neg',
  'Pad',
  'Relu',
  'Reshape',
  'Slice',
  'Split',
  'Squeeze',
  'Sub',
  'Sum',
  'Transpose',
  'Unsqueeze',
  'Where',
])

/** Carriers that only say where numbers stand, so that they may be converted before as well as after. */
const movers: ReadonlySet<string> = new Set([
  'Expand',
  'Flatten',
  'Identity',
  'Reshape',
  'Slice',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
])

/** The range in which float16 has all of its 11 digits. */
const smallest = 2 ** -14
const largest = 65504

/**
 * The nodes that compute in float16: products, and carriers that stand between them, so that nothing is converted on the way from
 * one to the next. A carrier is between products when one of its inputs is in 16 bits already, the others are too or cost
 * little to convert, and what it makes goes to a product. What is only moved on its way to products is converted before that,
 * once for all of them.
 */
export function halfNodes(graph: Graph, values: ReadonlyMap<string, Value>): ReadonlySet<Node> {
  const wanted = wantedNodes(graph, values)
  const cheap = cheapValues(graph)
  const half = new Set<Node>()
  const made = new Set<string>()
  for (const node of graph.nodes) {
    if (!wanted.has(node)) continue
    const numbers = node.inputs.filter(name => isFloat32(values, name))
    const comes = node.inputs.some(name => made.has(name)) && numbers.every(name => made.has(name) || cheap.has(name))
    if (!products.has(node.op) && !comes) continue
    half.add(node)
    for (const output of node.outputs) made.add(output)
  }
  return withMovers(graph, wanted, half)
}

function withMovers(graph: Graph, wanted: ReadonlySet<Node>, half: ReadonlySet<Node>): ReadonlySet<Node> {
  const all = new Set(half)
  const inFull = new Set(graph.outputs.map(({ name }) => name))
  for (const node of graph.nodes.toReversed()) {
    if (movers.has(node.op) && wanted.has(node) && !node.outputs.some(name => inFull.has(name))) all.add(node)
    if (!all.has(node)) for (const name of readsOf(node)) inFull.add(name)
  }
  return all
}

export function isFloat32(values: ReadonlyMap<string, Value>, name: string): boolean {
  return values.get(name)?.dtype === 'float32'
}

/** Products, and carriers from which a product takes its inputs by way of carriers alone. */
function wantedNodes(graph: Graph, values: ReadonlyMap<string, Value>): ReadonlySet<Node> {
  const wanted = new Set<Node>()
  const taken = new Set<string>()
  for (const node of graph.nodes.toReversed()) {
    const isTaken = node.outputs.some(name => taken.has(name))
    if (!products.has(node.op) && !(carriers.has(node.op) && isTaken)) continue
    if (!mayBeHalf(node, values)) continue
    wanted.add(node)
    for (const input of node.inputs) taken.add(input)
  }
  return wanted
}

function mayBeHalf(node: Node, values: ReadonlyMap<string, Value>): boolean {
  const named = (names: readonly string[]): readonly string[] => names.filter(name => name !== '')
  if (node.domain !== undefined) return false
  // On WebGPU the places of the maxima are found in 32 bits.
  if (node.op === 'MaxPool' && named(node.outputs).length > 1) return false
  if (node.op === 'Cast') return values.get(node.inputs[0]!)?.dtype === 'bool' && isFloat32(values, node.outputs[0]!)
  if (![...named(node.inputs), ...named(node.outputs)].every(name => values.has(name))) return false
  return named(node.inputs).some(name => isFloat32(values, name))
}

/** Inputs, and constants that float16 can hold: nothing computes them, so to convert them is all they cost. */
function cheapValues(graph: Graph): ReadonlySet<string> {
  const constants = graph.nodes.flatMap(node => {
    const value = constantOf(node)
    return value === undefined ? [] : [[node.outputs[0]!, value] as const]
  })
  const held = [...Object.entries(graph.weights), ...constants].filter(([, { data }]) => isHeld(data))
  return new Set([...graph.inputs.map(({ name }) => name), ...held.map(([name]) => name)])
}

function isHeld(data: unknown): boolean {
  if (!(data instanceof Float32Array)) return false
  return data.every(value => value === 0 || (Math.abs(value) >= smallest && Math.abs(value) <= largest))
}
