import { differentiableOps } from '../autodiff/index.ts'
import { elements } from '../core/index.ts'
import { type Graph, inferShapes, type Node, type Shape, type Value } from '../graph/index.ts'
import type { Contract } from '../imaging/index.ts'
import { imageInput } from './network.ts'
import { type Layout, placesOf } from './places.ts'

/** A value of a network, under the name that the configuration takes. */
export interface Layer {
  readonly value: string
  /** Other names that the configuration takes for it: those of the libraries that a named network's weights come from. */
  readonly aliases: readonly string[]
  /** What makes it; of a block the operators, or how many. */
  readonly operator: string
  /** Undefined where it cannot be inferred. */
  readonly shape: Shape | undefined
  /** Numbers of the tensors that its operator is the first to use; single ones do not count. Of a block: of all that is in it. */
  readonly parameters: number
  /** How the value holds its places, where `cut` and `explain` take it. */
  readonly places: Layout | undefined
  /** Whether gradients pass from where the network is cut back to this value; undefined where the cut needs no gradient of it. */
  readonly gradient: boolean | undefined
  /** Whether `explain` takes it. */
  readonly explain: boolean
  /**
   * Whether `trainFrom` takes it: gradients pass, and everything behind it (of a named network: it and everything behind it)
   * depends on the image through it alone.
   */
  readonly trainFrom: boolean
}

export interface Layers {
  readonly contract: Contract
  /** Where the network is cut, by the configuration or by default. */
  readonly cut: string
  /** Numbers in all of its tensors. */
  readonly parameters: number
  readonly layers: readonly Layer[]
}

/** Every value of a graph that is cut at one of them. */
export function describeValues(graph: Graph, cut: string): readonly Layer[] {
  const shapes = inferShapes(graph)
  const reach = gradientReach(graph, cut, shapes)
  const gates = gatesBefore(graph, cut)
  const used = new Set<string>()
  return graph.nodes.flatMap(node => {
    const parameters = newParameters(graph, node, used)
    return node.outputs
      .filter(value => value !== '')
      .map((value, i): Layer => {
        const shape = shapes.get(value)?.shape
        const places = shape && placesOf(shape)?.layout
        const gradient = reach.get(value)
        return {
          value,
          aliases: [],
          operator: node.domain === undefined ? node.op : `${node.domain}.${node.op}`,
          shape,
          parameters: i === 0 ? parameters : 0,
          places,
          gradient,
          explain: places !== undefined && gradient === true,
          trainFrom: gradient === true && value !== cut && gates.has(value),
        }
      })
  })
}

function newParameters(graph: Graph, node: Node, used: Set<string>): number {
  let count = 0
  for (const name of node.inputs) {
    const weight = graph.weights[name]
    const size = weight?.dtype === 'float32' && !used.has(name) ? elements(weight.shape) : 0
    used.add(name)
    if (size > 1) count += size
  }
  return count
}

/** For each value that the cut depends on, whether a gradient reaches it from there by every way. */
function gradientReach(graph: Graph, cut: string, shapes: ReadonlyMap<string, Value>): ReadonlyMap<string, boolean> {
  const reach = new Map([[cut, true]])
  for (const node of graph.nodes.toReversed()) {
    const behind = node.outputs.flatMap(name => reach.get(name) ?? [])
    if (behind.length === 0) continue
    const passes = node.domain === undefined && differentiableOps.includes(node.op) && !behind.includes(false)
    for (const name of node.inputs) {
      // Whole numbers have no slope: no gradient is lost where they end.
      if (shapes.get(name)?.dtype === 'float32') reach.set(name, passes && (reach.get(name) ?? true))
    }
  }
  return reach
}

/** The values that everything between the image and the cut goes through. */
function gatesBefore(graph: Graph, cut: string): ReadonlySet<string> {
  const last = lastReads(graph, cut)
  const gates = new Set<string>()
  const open = new Set<string>([imageInput])
  for (const [place, node] of graph.nodes.entries()) {
    if (!node.inputs.some(name => open.has(name))) continue
    for (const name of node.outputs) if ((last.get(name) ?? -1) > place) open.add(name)
    for (const name of open) if ((last.get(name) ?? -1) <= place) open.delete(name)
    const [only, ...others] = open
    if (only !== undefined && others.length === 0) gates.add(only)
  }
  return gates
}

/** The place of the last node before the cut that reads each value; the cut itself is read for ever. */
function lastReads(graph: Graph, cut: string): ReadonlyMap<string, number> {
  const needed = new Set([cut])
  const last = new Map([[cut, Number.POSITIVE_INFINITY]])
  for (const [place, node] of [...graph.nodes.entries()].reverse()) {
    if (!node.outputs.some(name => needed.has(name))) continue
    for (const name of node.inputs) {
      needed.add(name)
      last.set(name, Math.max(place, last.get(name) ?? -1))
    }
  }
  return last
}
