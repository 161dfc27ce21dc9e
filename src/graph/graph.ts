import type { Dtype, Tensor, Tensors } from '../core/index.ts'

/** One size of a shape: a number, a name that stands for one (`'N'`), or `'?'` for a size that is not known. */
export type Dimension = number | string

export type Shape = readonly Dimension[]

/** What flows between nodes: its name, element type and shape. */
export interface Value {
  readonly name: string
  readonly dtype: Dtype
  readonly shape: Shape
}

/** A fixed parameter of a node. Floats are held as ONNX holds them, rounded to 32 bits. */
export type Attribute =
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'ints'; readonly value: readonly number[] }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'tensor'; readonly value: Tensor }
  | { readonly type: 'graph'; readonly value: Graph }

export type Attributes = Readonly<Record<string, Attribute>>

/** One operation. An input `''` is an optional input that is not given; an output `''` is one that nobody wants. */
export interface Node {
  readonly op: string
  readonly name?: string
  /** The operator set that `op` belongs to; absent for the standard one. */
  readonly domain?: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Attributes
}

/**
 * An ONNX model as plain read-only data. Nodes stand in an order in which each value is made before it is used. A name in
 * `weights` is never in `inputs` too. Passes return a new graph and share what did not change.
 */
export interface Graph {
  readonly name: string
  /** Version of the standard operator set. */
  readonly opset: number
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  readonly nodes: readonly Node[]
  readonly weights: Tensors
  readonly metadata: Readonly<Record<string, string>>
  /** Versions of other operator sets, by domain. */
  readonly domains?: Readonly<Record<string, number>>
  /** Version of the file format; absent: the one that belongs to `opset`. */
  readonly irVersion?: number
  readonly producer?: { readonly name: string; readonly version: string }
  readonly modelVersion?: number
  readonly doc?: string
  /** Inner values whose shapes the file states. */
  readonly values?: readonly Value[]
}

/** Something that makes a graph invalid: where, and one sentence. */
export interface GraphFault {
  readonly where: string
  readonly message: string
}
