import { int64, Problem, type Tensor, type Tensors } from '../core/index.ts'
import { type BatchAxis, outerOf } from './batch-axis.ts'
import type { Dimension, Graph, GraphFault, Node, Value } from './graph.ts'
import { type Inference, inference } from './infer-shapes.ts'
import { namesOf } from './names.ts'

/** A number of films that no size of a network is a multiple of. */
const many = 7919

/** Computes a node's outputs from its inputs, by name; undefined for an operator that it does not know. */
export type Evaluate = (node: Node, opset: number, inputs: Tensors) => Tensors | undefined

/** A graph that is walked through with two numbers of films, so that each size tells whether it grows with them. */
export interface Walk {
  readonly graph: Graph
  readonly image: Value
  /** The number of films that the file is for; 1 when it is for any. */
  readonly films: number
  /** Whether the file is for that number only. */
  readonly fixed: boolean
  readonly few: Inference
  readonly lot: Inference
  /** Where films stand, by value. */
  readonly axes: Map<string, BatchAxis>
  /** New weights, and values that turned out to be fixed. */
  readonly weights: Record<string, Tensor>
  readonly taken: Set<string>
}

export function startWalk(graph: Graph, image: Value, stated: Dimension): Walk {
  const films = typeof stated === 'number' ? stated : 1
  const started = (batch: number): Inference => {
    const found = inference(graph.opset)
    for (const input of graph.inputs) {
      found.declare(input === image ? { ...image, shape: [batch, ...image.shape.slice(1)] } : input)
    }
    for (const [name, tensor] of Object.entries(graph.weights)) found.weight(name, tensor)
    return found
  }
  return {
    graph,
    image,
    films,
    fixed: typeof stated === 'number',
    few: started(films),
    lot: started(many),
    axes: new Map([[image.name, { axis: 0, outer: 1 }]]),
    weights: {},
    taken: new Set(namesOf(graph)),
  }
}

export function visit(walk: Walk, node: Node): void {
  const fault = faultAt(walk, node)
  if (fault !== undefined) {
    throw new Problem(
      `Cannot open the graph "${walk.graph.name}" for any number of films: at ${fault.where}: ${fault.message}`,
      { next: 'export it with a dynamic batch: torch.onnx.export(…, dynamic_shapes=({0: "batch"},))' },
    )
  }
  for (const name of node.outputs) {
    const at = axisOf(walk, node, name)
    if (at !== undefined) walk.axes.set(name, at)
  }
}

export function faultAt({ few, lot }: Walk, node: Node): GraphFault | undefined {
  const first = few.visit(node)
  const second = lot.visit(node)
  return first ?? second
}

/** Where films stand in an output of a node that has been visited. */
function axisOf(walk: Walk, node: Node, name: string): BatchAxis | undefined {
  const shape = sizesOf(walk.few, name)
  const axis = growingAxis(walk, name)
  const source = node.inputs.find(input => walk.axes.has(input))
  const at = walk.axes.get(source ?? '')
  const from = sizesOf(walk.few, source ?? '')
  if (shape === undefined || axis === undefined || at === undefined || from === undefined) return undefined
  const moves = node.op === 'Reshape' || node.op === 'Flatten'
  return { axis, outer: moves ? outerOf(at, from, shape, axis) : at.outer }
}

/** The axis that grows with the films. */
export function growingAxis({ few, lot, films }: Walk, name: string): number | undefined {
  const small = sizesOf(few, name)
  const large = sizesOf(lot, name)
  if (small === undefined || large?.length !== small.length) return undefined
  const axis = small.findIndex((size, i) => size !== large[i])
  return axis >= 0 && small[axis]! * many === large[axis]! * films ? axis : undefined
}

export function sizesOf(found: Inference, name: string): readonly number[] | undefined {
  const shape = found.valueOf(name)?.shape
  return shape?.every(size => typeof size === 'number') ? shape : undefined
}

export function weight(walk: Walk, wanted: string, values: readonly number[]): string {
  const name = fresh(walk, wanted)
  fix(walk, name, int64([values.length], values))
  return name
}

/** From now on a value is a weight. */
export function fix(walk: Walk, name: string, tensor: Tensor): void {
  walk.weights[name] = tensor
  walk.few.weight(name, tensor)
  walk.lot.weight(name, tensor)
}

export function fresh({ taken }: Walk, wanted: string): string {
  let name = wanted
  for (let count = 1; taken.has(name); count++) name = `${wanted}_${count}`
  taken.add(name)
  return name
}
