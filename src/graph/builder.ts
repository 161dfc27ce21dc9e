import type { Tensor } from '../core/index.ts'
import { digestOf, Problem, sha256 } from '../core/index.ts'
import type { Attributes, Graph, Node, Value } from './graph.ts'
import { inference, statedValues } from './infer-shapes.ts'

/** The operator set of graphs that are built from nothing. ReduceMean and ReduceMax still take their axes as attribute. */
export const defaultOpset = 17

export interface Builder {
  /** Version of the standard operator set that nodes must keep to. */
  readonly opset: number
  input(value: Value): string
  weight(name: string, tensor: Tensor): string
  /** A weight without a name of its own; equal tensors become one. */
  constant(tensor: Tensor): string
  /** Adds a node and returns the name of its first output. `name` names node and output. */
  node(
    op: string,
    inputs: readonly string[],
    attributes?: Attributes,
    options?: { readonly outputs?: number; readonly name?: string; readonly domain?: string },
  ): string
  /** Adds a node and returns the names of all its outputs. */
  nodes(op: string, inputs: readonly string[], attributes: Attributes, outputs: number): readonly string[]
  output(name: string): void
  /** Inferred type and shape. @throws Problem while they are not known */
  valueOf(name: string): Value
  /** Adds all inputs, weights, nodes and outputs of a graph, under their own names. */
  add(graph: Graph): void
  /** A name that nothing has yet, as close to `wanted` as possible. */
  fresh(wanted: string): string
  finish(options?: { readonly metadata?: Readonly<Record<string, string>> }): Graph
}

/**
 * Builds a graph node by node. Shapes are inferred on the way, so that a contradiction is thrown where it is made.
 * @param from a graph to go on from: everything of it is there, and new names never clash with it
 * @param reserved names of nodes and values that will be added later, which new names leave alone
 */
export function build(name: string, from?: Graph, reserved: ReadonlySet<string> = new Set()): Builder {
  const opset = from?.opset ?? defaultOpset
  const stated = new Map<string, Value>()
  const known = inference(opset, stated)
  const taken = new Set<string>()
  const nodeNames = new Set<string>()
  const inputs: Value[] = []
  const weights = new Map<string, Tensor>()
  const nodes: Node[] = []
  const outputs: string[] = []
  const constants = new Map<string, string>()
  const counts = new Map<string, number>()

  const isFree = (wanted: string): boolean => !taken.has(wanted) && !nodeNames.has(wanted) && !reserved.has(wanted)
  const fresh = (wanted: string): string => {
    if (isFree(wanted)) return wanted
    for (let count = counts.get(wanted) ?? 1; ; count++) {
      const candidate = `${wanted}_${count}`
      counts.set(wanted, count + 1)
      if (isFree(candidate)) return candidate
    }
  }
  const take = (wanted: string): string => {
    if (wanted === '' || taken.has(wanted)) {
      throw new Problem(
        `Cannot build graph "${name}": the name "${wanted}" is taken already or empty, a new one was wanted`,
      )
    }
    taken.add(wanted)
    return wanted
  }
  const push = (node: Node): void => {
    for (const input of node.inputs) {
      if (input !== '' && !taken.has(input)) {
        throw new Problem(`Cannot build graph "${name}": input "${input}" of ${node.op} does not exist yet`)
      }
    }
    for (const output of node.outputs) if (output !== '') take(output)
    if (node.name !== undefined) nodeNames.add(node.name)
    nodes.push(node)
    const fault = known.visit(node)
    if (fault !== undefined) {
      throw new Problem(`Cannot build graph "${name}": at ${fault.where}: ${fault.message}`)
    }
  }
  const append = (
    op: string,
    given: readonly string[],
    attributes: Attributes,
    options: { readonly outputs: number; readonly name?: string | undefined; readonly domain?: string | undefined },
  ): readonly string[] => {
    const first = fresh(options.name ?? op)
    const made = Array.from({ length: options.outputs }, (_, i) => (i === 0 ? first : fresh(`${first}.${i}`)))
    push({
      op,
      name: first,
      ...(options.domain !== undefined && { domain: options.domain }),
      inputs: given,
      outputs: made,
      attributes,
    })
    return made
  }

  const builder: Builder = {
    opset,
    fresh,
    input(value) {
      inputs.push({ ...value, name: take(value.name) })
      known.declare(value)
      return value.name
    },
    weight(wanted, tensor) {
      weights.set(take(wanted), tensor)
      known.weight(wanted, tensor)
      return wanted
    },
    constant(tensor) {
      const key = contentKey(tensor)
      const found = constants.get(key)
      if (found !== undefined) return found
      const made = builder.weight(fresh('constant'), tensor)
      constants.set(key, made)
      return made
    },
    node: (op, given, attributes = {}, options = {}) =>
      append(op, given, attributes, { outputs: options.outputs ?? 1, name: options.name, domain: options.domain })[0]!,
    nodes: (op, given, attributes, count) => append(op, given, attributes, { outputs: count }),
    output(wanted) {
      if (!taken.has(wanted)) throw new Problem(`Cannot build graph "${name}": output "${wanted}" does not exist`)
      if (!outputs.includes(wanted)) outputs.push(wanted)
    },
    valueOf(wanted) {
      const found = known.valueOf(wanted)
      if (found !== undefined) return found
      throw new Problem(`Cannot tell the shape of "${wanted}" in graph "${name}": it cannot be inferred`)
    },
    add(graph) {
      for (const [wanted, value] of statedValues(graph)) stated.set(wanted, value)
      for (const value of graph.inputs) builder.input(value)
      for (const [wanted, tensor] of Object.entries(graph.weights)) builder.weight(wanted, tensor)
      for (const node of graph.nodes) push(node)
      for (const value of graph.outputs) builder.output(value.name)
    },
    finish: (options = {}) => ({
      ...(from ?? { metadata: {} }),
      name,
      opset,
      inputs: [...inputs],
      outputs: outputs.map(output => builder.valueOf(output)),
      nodes: [...nodes],
      weights: Object.fromEntries(weights),
      metadata: { ...from?.metadata, ...options.metadata },
    }),
  }
  if (from !== undefined) builder.add(from)
  return builder
}

function contentKey({ dtype, shape, data }: Tensor): string {
  const content = ArrayBuffer.isView(data)
    ? sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    : digestOf(data)
  return `${dtype} ${shape.join(',')} ${content}`
}
