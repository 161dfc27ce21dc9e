import { type Graph, intOf, type Node, type Value, windowOf } from '../../graph/index.ts'
import type { Axis } from './matrices.ts'

/** A convolution that has a Winograd form. */
export interface WinogradLayer {
  /** The convolution's output. */
  readonly name: string
  readonly node: Node
  readonly channels: number
  readonly filters: number
  readonly down: Axis
  readonly across: Axis
}

/** The convolution with a 3×3 kernel that moves by 1, over images of a known size, that a node is; undefined for any other node. */
export function layerOf(graph: Graph, values: ReadonlyMap<string, Value>, node: Node): WinogradLayer | undefined {
  const [image = '', weight = ''] = node.inputs
  const filter = graph.weights[weight]
  const [, channels, ...sizes] = values.get(image)?.shape ?? []
  if (node.op !== 'Conv' || node.domain !== undefined || filter?.dtype !== 'float32') return undefined
  const [filters = 0, perGroup, ...kernel] = filter.shape
  const spatial = sizes.filter(size => typeof size === 'number')
  if (kernel.join() !== '3,3' || perGroup !== channels || intOf(node, 'group', 1) !== 1) return undefined
  if (spatial.length !== 2 || typeof channels !== 'number') return undefined
  const window = windowOf(node, kernel, spatial)
  if (window === undefined || [...window.strides, ...window.dilations].some(step => step !== 1)) return undefined
  const axis = (at: number): Axis => {
    const [input, padBefore, padAfter] = [spatial[at]!, window.pads[at]!, window.pads[at + 2]!]
    return { input, padBefore, output: input + padBefore + padAfter - 2 }
  }
  const [down, across] = [axis(0), axis(1)]
  if (down.output < 1 || across.output < 1) return undefined
  return { name: node.outputs[0]!, node, channels, filters, down, across }
}
