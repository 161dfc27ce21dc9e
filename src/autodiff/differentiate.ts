import { nearest, Problem, type Tensor } from '../core/index.ts'
import {
  type Builder,
  build,
  constantOf,
  type Graph,
  inferShapes,
  type Node,
  readsOf,
  renameValues,
  type Shape,
  type Value,
  withBatchStatistics,
} from '../graph/index.ts'
import { filled } from './constants.ts'
import { type Expressions, expressions, knownSizes } from './expressions.ts'
import type { GradientRule } from './gradient-rule.ts'
import { ruleFor } from './gradient-rules.ts'
import { type Path, pathBetween } from './path.ts'
import { tilesOf } from './tiles.ts'
import { withPoolIndices } from './with-pool-indices.ts'

export interface DifferentiateOptions {
  /** The value to differentiate: floating point, of one element. */
  readonly loss: string
  /** What to differentiate with respect to: inputs, weights or any values between them and the loss. */
  readonly of: readonly string[]
}

/** The output of `differentiate` that holds d loss / d `of`, in the shape of `of`. */
export function gradientName(of: string): string {
  return `gradient(${of})`
}

/**
 * The graph with further outputs: the gradient of the loss with respect to each wanted value (reverse mode; see Baydin
 * et al. 2018, section 3.2). Nodes are added between the loss and the wanted values only.
 *
 * @throws Problem when an operator on the way has no rule, the loss is no single number or does not depend on a wanted
 * value, or shapes that a rule needs are not known
 */
export function differentiate(given: Graph, { loss, of }: DifferentiateOptions): Graph {
  const graph = withBatchStatistics(given)
  if (graph.opset < 13) {
    throw new Problem(
      `Cannot differentiate the graph "${graph.name}": it declares operators of version ${graph.opset}, 13 or newer was wanted`,
    )
  }
  const values = inferShapes(graph)
  for (const name of [loss, ...of]) requireValue(graph, values, name)
  const path = pathBetween(graph, of, loss, name => values.get(name))
  refuseWithoutRule(graph, path, of)
  const onPath = new Set(path.nodes)
  const dims = (name: string): Shape => values.get(name)?.shape ?? []
  const needsIndices = (node: Node): boolean =>
    tilesOf(node, dims(node.inputs[0]!), dims(node.outputs[0]!)) === undefined
  const forward = withPoolIndices(graph, node => onPath.has(node) && needsIndices(node))
  const builder = build(graph.name, forward)
  const e = expressions(builder, fixedValues(graph, path))
  const gradients = walkBack(e, pathIn(forward, graph, path), loss)
  return finish(builder, of, loss, gradients)
}

/** The same path in a graph whose nodes stand at the same places. */
function pathIn(forward: Graph, graph: Graph, path: Path): Path {
  const onPath = new Set(path.nodes)
  return { active: path.active, nodes: forward.nodes.filter((_, place) => onPath.has(graph.nodes[place]!)) }
}

/** Visits the path from the loss backwards and adds up what reaches each value. */
function walkBack(e: Expressions, path: Path, loss: string): ReadonlyMap<string, string> {
  const arrived = new Map<string, string[]>([[loss, [seed(e, loss)]]])
  const gradients = new Map<string, string>()
  const gradientOf = (value: string): string | undefined => {
    const parts = arrived.get(value)
    if (parts === undefined) return undefined
    const known = gradients.get(value) ?? e.stateShape(total(e, parts), value)
    gradients.set(value, known)
    return known
  }
  for (const node of path.nodes.toReversed()) {
    const incoming = node.outputs.map(gradientOf)
    if (incoming.every(gradient => gradient === undefined)) continue
    const outgoing = backThrough(e, node, incoming, path)
    for (const [place, gradient] of outgoing.entries()) {
      const input = node.inputs[place]
      if (gradient === undefined || input === undefined || !path.active.has(input)) continue
      arrived.set(input, [...(arrived.get(input) ?? []), e.stateShape(gradient, input)])
    }
  }
  for (const value of arrived.keys()) gradientOf(value)
  return gradients
}

function backThrough(
  e: Expressions,
  node: Node,
  gradients: readonly (string | undefined)[],
  path: Path,
): readonly (string | undefined)[] {
  const rule = ruleOf(node)
  if (rule === undefined) throw new Error(`the path holds ${node.op}, which has no rule`)
  const outgoing = rule({ e, node, gradients, wants: place => path.active.has(node.inputs[place] ?? '') })
  refuseLost(node, outgoing, path)
  return outgoing
}

/** A rule leaves out what its operator takes as a setting, such as the value that Pad lays round; what is missing is no 0. */
function refuseLost(node: Node, gradients: readonly (string | undefined)[], { active }: Path): void {
  const reached = new Set(node.inputs.filter((_, place) => gradients[place] !== undefined))
  const lost = node.inputs.find(name => active.has(name) && !reached.has(name))
  if (lost === undefined) return
  throw new Problem(
    `Cannot differentiate ${node.op} "${node.name ?? node.outputs[0]}": no gradient passes to its input "${lost}", a value that does not change in training was wanted there`,
    { next: `Freeze what "${lost}" is computed from` },
  )
}

function ruleOf(node: Node): GradientRule | undefined {
  return node.domain === undefined ? ruleFor(node.op) : undefined
}

/** Names the operators that no gradient passes, and what lies before them: it would have to stay frozen. */
function refuseWithoutRule(graph: Graph, path: Path, of: readonly string[]): void {
  const strange = path.nodes.filter(node => ruleOf(node) === undefined)
  const [first] = strange
  if (first === undefined) return
  const others = strange.filter(node => node.op !== first.op).map(node => node.op)
  const also = others.length === 0 ? '' : ` (nor have ${[...new Set(others)].join(', ')})`
  const before = makersOf(graph, strange)
  const frozen = [...new Set(of)].filter(name => before.has(name)).map(name => `"${name}"`)
  const names = frozen.length > 8 ? `${frozen.slice(0, 6).join(', ')} and ${frozen.length - 6} more` : frozen.join(', ')
  throw new Problem(
    `Cannot differentiate ${first.op} "${first.name ?? first.outputs[0]}": the operator has no gradient rule${also}, one was wanted between the loss and what is trained`,
    { next: `Freeze ${names}, which lie before it, or replace the operator` },
  )
}

/** The values that some nodes depend on. */
function makersOf(graph: Graph, nodes: readonly Node[]): ReadonlySet<string> {
  const needed = new Set(nodes.flatMap(readsOf))
  for (const node of graph.nodes.toReversed()) {
    if (node.outputs.some(name => needed.has(name))) for (const input of readsOf(node)) needed.add(input)
  }
  return needed
}

function total(e: Expressions, parts: readonly string[]): string {
  if (parts.length === 1) return parts[0]!
  return parts.length === 2 ? e.add(parts[0]!, parts[1]!) : e.node('Sum', parts)
}

/** d loss / d loss = 1 */
function seed(e: Expressions, loss: string): string {
  const sizes = knownSizes(e.dims(loss))
  if (sizes?.every(size => size === 1)) return e.build.constant(filled(1, sizes, e.dtype(loss)))
  throw new Problem(
    `Cannot differentiate "${loss}": its shape is [${e.dims(loss).join(', ')}], a single number was wanted`,
    { next: 'Sum or average it first' },
  )
}

/** Weights and Constant nodes that training does not change. */
function fixedValues(graph: Graph, path: Path): ReadonlyMap<string, Tensor> {
  const constants = graph.nodes.flatMap(node => {
    const value = constantOf(node)
    return value === undefined ? [] : [[node.outputs[0]!, value] as const]
  })
  return new Map([...Object.entries(graph.weights), ...constants].filter(([name]) => !path.active.has(name)))
}

/** Gives the gradients their names. One that has a name to keep already is handed on by Identity. */
function finish(builder: Builder, of: readonly string[], loss: string, gradients: ReadonlyMap<string, string>): Graph {
  const taken = new Set([gradients.get(loss)])
  const names: Record<string, string> = {}
  for (const wanted of new Set(of)) {
    const gradient = gradients.get(wanted)
    if (gradient === undefined) {
      throw new Problem(`Cannot differentiate "${loss}" with respect to "${wanted}": it does not depend on it`)
    }
    const output = taken.has(gradient) ? builder.node('Identity', [gradient]) : gradient
    taken.add(output)
    builder.output(output)
    names[output] = gradientName(wanted)
  }
  return renameValues(builder.finish(), names)
}

function requireValue(graph: Graph, values: ReadonlyMap<string, Value>, name: string): void {
  if (values.has(name)) return
  const near = nearest(name, [...values.keys()])
  throw new Problem(
    `Cannot differentiate the graph "${graph.name}": it has no value "${name}" of known shape${near === undefined ? '' : `, did you mean "${near}"?`}`,
  )
}
