import { float32, floats, type Tensor } from '../../core/index.ts'
import { type Graph, intOf, type Node } from '../../graph/index.ts'
import type { Int8Plan, Step } from './plan.ts'
import { type Measured, union } from './range.ts'
import { prefix } from './whole-values.ts'

/** A channel is stretched by this much at most: what calibration hardly saw may be larger in another film. */
const mostStretch = 64

/**
 * Brings the channels of a value to one range, so that the steps of the widest do not swallow the narrow ones: what makes channel c
 * is multiplied by a factor, and what reads it divided by it, which changes nothing behind a relu (Nagel et al. 2019, section 4.1,
 * with the factors that suit the values, since filters have scales of their own). Only values between convolutions, with maxima on
 * the way, are stretched.
 *
 * @returns the graph with other weights, and what was measured as it would be measured there
 */
export function equalise(
  graph: Graph,
  plan: Int8Plan,
  measured: ReadonlyMap<string, Measured>,
): { readonly graph: Graph; readonly measured: ReadonlyMap<string, Measured> } {
  const weights: Record<string, Tensor> = { ...graph.weights }
  const seen = new Map(measured)
  const own = new Map<Node, Node>()
  const current = (node: Node): Node => own.get(node) ?? node
  const replace = (node: Node, place: number, change: (weight: Tensor) => Tensor): void => {
    const [output = ''] = node.outputs
    const from = current(node).inputs[place]
    if (from === undefined || from === '') return
    const name = `${prefix}${output}/equalised/${place}`
    weights[name] = change(weights[from]!)
    own.set(node, { ...current(node), inputs: current(node).inputs.map((input, i) => (i === place ? name : input)) })
  }
  for (const step of plan.steps.values()) {
    const readers = readersOf(graph, plan, step)
    const stretch = readers && stretchOf(plan, step, seen)
    if (readers === undefined || stretch === undefined) continue
    replace(step.node, 1, weight => byFilter(weight, stretch))
    replace(step.node, 2, bias => byFilter(bias, stretch))
    for (const reader of readers.convolutions) {
      replace(reader, 1, weight => byChannel(weight, intOf(reader, 'group', 1), stretch))
    }
    for (const value of [step.output, ...readers.carried]) seen.set(value, stretched(seen.get(value)!, stretch))
  }
  const changed = own.size === 0 ? graph : { ...graph, weights, nodes: graph.nodes.map(current) }
  return { graph: changed, measured: seen }
}

interface Readers {
  readonly convolutions: readonly Node[]
  /** The value itself after maxima. */
  readonly carried: readonly string[]
}

/** The convolutions that read a convolution's output; undefined when anything else does. */
function readersOf(graph: Graph, plan: Int8Plan, { kind, output }: Step): Readers | undefined {
  if (kind !== 'conv') return undefined
  const convolutions: Node[] = []
  const carried: string[] = []
  const pending = [output]
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const current = name
    if (graph.outputs.some(one => one.name === current)) return undefined
    for (const node of graph.nodes) {
      if (!node.inputs.includes(current) || plan.absorbed.has(node)) continue
      const step = plan.steps.get(node)
      if (step?.kind === 'conv') convolutions.push(node)
      else if (step?.kind === 'same' && node.op === 'MaxPool') {
        carried.push(step.output)
        pending.push(step.output)
      } else return undefined
    }
  }
  return convolutions.length === 0 ? undefined : { convolutions, carried }
}

/** By how much each channel can be multiplied before it leaves the range of the whole; undefined for values below zero. */
function stretchOf(
  plan: Int8Plan,
  { output }: Step,
  measured: ReadonlyMap<string, Measured>,
): Float64Array | undefined {
  const { most } = measured.get(output)!
  const { low, high } = union(plan.sharing(output).map(value => measured.get(value)!.range))
  if (low < 0 || high <= 0) return undefined
  return most.map(largest => (largest > 0 ? Math.min(mostStretch, Math.max(1, high / largest)) : 1))
}

function stretched({ range, means, most }: Measured, stretch: Float64Array): Measured {
  return {
    range,
    means: means.map((mean, c) => mean * stretch[c]!),
    most: most.map((largest, c) => largest * stretch[c]!),
  }
}

/** Multiplies each filter of a weight [F, …] or bias [F]. */
function byFilter(weight: Tensor, stretch: Float64Array): Tensor {
  const values = floats(weight)
  const size = values.length / stretch.length
  return float32(
    weight.shape,
    values.map((value, i) => value * stretch[Math.floor(i / size)]!),
  )
}

/** Divides what a weight [F, C / group, …] takes from each channel. */
function byChannel(weight: Tensor, group: number, stretch: Float64Array): Tensor {
  const [filters = 1, channels = 1] = weight.shape
  const values = floats(weight)
  const size = values.length / filters
  const area = size / channels
  return float32(
    weight.shape,
    values.map((value, i) => {
      const f = Math.floor(i / size)
      const first = Math.floor(f / (filters / group)) * channels
      return value / stretch[first + Math.floor((i % size) / area)]!
    }),
  )
}
