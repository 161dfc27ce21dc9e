import type { Tensor } from '../core/index.ts'
import { Problem } from '../core/index.ts'
import type { Graph, GraphFault, Node, Value } from './graph.ts'
import { knownOfTensor } from './shapes/known-tensor.ts'
import type { Known } from './shapes/rule.ts'
import { nothing, ShapeFault } from './shapes/rule.ts'
import { operators } from './shapes/rules.ts'

/** What is known of values while a graph is walked through, or built, node by node. */
export interface Inference {
  declare(value: Value): void
  weight(name: string, tensor: Tensor): void
  /** Infers a node's outputs. The fault says how its inputs contradict each other; its outputs are unknown then. */
  visit(node: Node): GraphFault | undefined
  /** Undefined while type or rank are not known. */
  valueOf(name: string): Value | undefined
  /** Everything that is known of a value, such as the elements of a vector of sizes. */
  knownOf(name: string): Known
  values(): ReadonlyMap<string, Value>
}

/** @param stated what the file itself states, by name: taken where nothing can be inferred */
export function inference(opset: number, stated: ReadonlyMap<string, Value> = new Map()): Inference {
  const facts = new Map<string, Known>()

  const outputsOf = (node: Node): readonly Known[] => {
    const operator = node.domain === undefined ? operators[node.op] : undefined
    if (operator === undefined) return []
    return operator.rule({
      node,
      opset,
      input: index => facts.get(node.inputs[index] ?? '') ?? nothing,
      has: index => (node.inputs[index] ?? '') !== '',
    })
  }
  const factOf = (name: string): Value | undefined => {
    const { dtype, shape } = facts.get(name) ?? nothing
    return dtype === undefined || shape === undefined ? undefined : { name, dtype, shape }
  }

  return {
    declare: ({ name, dtype, shape }) => facts.set(name, { dtype, shape }),
    weight: (name, tensor) => facts.set(name, knownOfTensor(tensor)),
    visit: node => {
      try {
        const found = outputsOf(node)
        for (const [index, name] of node.outputs.entries()) {
          if (name !== '') facts.set(name, { ...stated.get(name), ...found[index] })
        }
        return undefined
      } catch (error) {
        if (!(error instanceof ShapeFault)) throw error
        return { where: placeOf(node), message: error.message }
      }
    },
    valueOf: factOf,
    knownOf: name => facts.get(name) ?? nothing,
    values: () => new Map([...facts.keys()].flatMap(name => pair(name, factOf(name)))),
  }
}

function pair(name: string, value: Value | undefined): [string, Value][] {
  return value === undefined ? [] : [[name, value]]
}

/** How messages name a node. */
export function placeOf(node: Node): string {
  return `${node.op} "${node.name ?? node.outputs.find(name => name !== '') ?? ''}"`
}

/** The inner values and outputs whose shapes a file states, by name. */
export function statedValues(graph: Graph): ReadonlyMap<string, Value> {
  return new Map([...(graph.values ?? []), ...graph.outputs].map(value => [value.name, value]))
}

/** An inference that knows the inputs and weights of a graph and has visited none of its nodes. */
export function inferenceOver(graph: Graph): Inference {
  const found = inference(graph.opset, statedValues(graph))
  for (const input of graph.inputs) found.declare(input)
  for (const [name, tensor] of Object.entries(graph.weights)) found.weight(name, tensor)
  return found
}

/** Walks through a whole graph. Nodes must stand in order. */
export function inferWithFaults(graph: Graph): { values: ReadonlyMap<string, Value>; faults: readonly GraphFault[] } {
  const found = inferenceOver(graph)
  const faults: GraphFault[] = []
  for (const node of graph.nodes) {
    const fault = found.visit(node)
    if (fault !== undefined) faults.push(fault)
  }
  return { values: found.values(), faults }
}

/**
 * Type and shape of every value: inputs, weights, outputs of nodes. A value whose type or rank cannot be known, such as
 * the output of an unknown operator, is not in the map; a single size that cannot be known is `'?'`.
 * @throws Problem when shapes contradict each other
 */
export function inferShapes(graph: Graph): ReadonlyMap<string, Value> {
  const { values, faults } = inferWithFaults(graph)
  const [fault] = faults
  if (fault !== undefined) {
    throw new Problem(`Cannot infer the shapes of graph "${graph.name}": at ${fault.where}: ${fault.message}`)
  }
  return values
}
