import { Problem } from '../../core/index.ts'
import type { Attribute, Node } from '../../graph/index.ts'
import { fromTensor, type NdArray } from './array.ts'

/** What an operator of the reference is given: its inputs, its attributes with defaults, and the version it obeys. */
export interface Call {
  readonly node: Node
  readonly opset: number
  readonly inputs: readonly (NdArray | undefined)[]
  /** An input that must be there. */
  input(place: number): NdArray
  /** The whole numbers of an input, or else of an attribute: many operators moved one to the other between versions. */
  integers(place: number, attribute: string): readonly number[] | undefined
  int(name: string, fallback: number): number
  float(name: string, fallback: number): number
  ints(name: string): readonly number[] | undefined
  string(name: string, fallback: string): string
  tensor(name: string): NdArray | undefined
}

/** One operator of ONNX: its outputs, or its only one. */
export type ReferenceOp = (call: Call) => NdArray | readonly NdArray[]

/** Operators by their ONNX names. */
export type ReferenceOps = Readonly<Record<string, ReferenceOp>>

export function callOf(node: Node, opset: number, inputs: readonly (NdArray | undefined)[]): Call {
  const read = <T extends Attribute['type']>(name: string, type: T): Extract<Attribute, { type: T }> | undefined => {
    const attribute = node.attributes[name]
    if (attribute === undefined) return undefined
    if (isOfType(attribute, type)) return attribute
    throw new Problem(`Cannot run ${node.op}: its attribute "${name}" is of type ${attribute.type}, ${type} was wanted`)
  }
  const ints = (name: string): readonly number[] | undefined => read(name, 'ints')?.value
  return {
    node,
    opset,
    inputs,
    input: place => {
      const value = inputs[place]
      if (value === undefined) throw new Problem(`Cannot run ${node.op}: its input ${place} is missing`)
      return value
    },
    integers: (place, attribute) => {
      const value = inputs[place]
      return value === undefined ? ints(attribute) : Array.from(value.data)
    },
    int: (name, fallback) => read(name, 'int')?.value ?? fallback,
    float: (name, fallback) => read(name, 'float')?.value ?? fallback,
    ints,
    string: (name, fallback) => read(name, 'string')?.value ?? fallback,
    tensor: name => {
      const attribute = read(name, 'tensor')
      return attribute && fromTensor(attribute.value)
    },
  }
}

function isOfType<T extends Attribute['type']>(
  attribute: Attribute,
  type: T,
): attribute is Extract<Attribute, { type: T }> {
  return attribute.type === type
}
