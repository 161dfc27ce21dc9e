import type { Tensor } from '../core/index.ts'
import { float32, int64, Problem, scalar } from '../core/index.ts'
import type { Attribute, Graph, Node } from './graph.ts'

export const int = (value: number): Attribute => ({ type: 'int', value })
export const float = (value: number): Attribute => ({ type: 'float', value: Math.fround(value) })
export const string_ = (value: string): Attribute => ({ type: 'string', value })
export const ints = (value: readonly number[]): Attribute => ({ type: 'ints', value })
export const floatsAttribute = (value: readonly number[]): Attribute => ({
  type: 'floats',
  value: value.map(Math.fround),
})
export const strings = (value: readonly string[]): Attribute => ({ type: 'strings', value })
export const tensorAttribute = (value: Tensor): Attribute => ({ type: 'tensor', value })
export const graphAttribute = (value: Graph): Attribute => ({ type: 'graph', value })

export function intOf(node: Node, name: string, otherwise: number): number {
  const found = node.attributes[name]
  if (found === undefined) return otherwise
  return found.type === 'int' ? found.value : wrongType(node, name, found, 'int')
}

export function floatOf(node: Node, name: string, otherwise: number): number {
  const found = node.attributes[name]
  if (found === undefined) return otherwise
  return found.type === 'float' ? found.value : wrongType(node, name, found, 'float')
}

export function stringOf(node: Node, name: string, otherwise: string): string {
  const found = node.attributes[name]
  if (found === undefined) return otherwise
  return found.type === 'string' ? found.value : wrongType(node, name, found, 'string')
}

export function intsOf(node: Node, name: string): readonly number[] | undefined {
  const found = node.attributes[name]
  if (found === undefined) return undefined
  return found.type === 'ints' ? found.value : wrongType(node, name, found, 'ints')
}

export function tensorOfAttribute(node: Node, name: string): Tensor | undefined {
  const found = node.attributes[name]
  if (found === undefined) return undefined
  return found.type === 'tensor' ? found.value : wrongType(node, name, found, 'tensor')
}

/** What a Constant holds, in whichever form; undefined for any other node, for texts and for sparse tensors. */
export function constantOf(node: Node): Tensor | undefined {
  if (node.op !== 'Constant' || node.domain !== undefined) return undefined
  const { value_int, value_ints, value_float, value_floats } = node.attributes
  if (value_int?.type === 'int') return int64([], [value_int.value])
  if (value_ints?.type === 'ints') return int64([value_ints.value.length], value_ints.value)
  if (value_float?.type === 'float') return scalar(value_float.value)
  if (value_floats?.type === 'floats') return float32([value_floats.value.length], value_floats.value)
  return tensorOfAttribute(node, 'value')
}

function wrongType(node: Node, name: string, found: Attribute, wanted: Attribute['type']): never {
  throw new Problem(
    `Cannot use the node ${node.op} "${node.name ?? node.outputs[0]}": attribute "${name}" is ${found.type}, ${wanted} was wanted`,
  )
}
