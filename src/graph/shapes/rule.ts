import type { Dtype } from '../../core/index.ts'
import type { Dimension, Node, Shape } from '../graph.ts'

/** What is known of a value before anything runs. An absent member is not known. */
export interface Known {
  readonly dtype?: Dtype
  readonly shape?: Shape
  /** The elements of a small integer tensor of rank 0 or 1: numbers, or the names of sizes that it was read from. */
  readonly elements?: readonly Dimension[]
  /** The elements of one of higher rank, row-major: exporters compute pads in such tables. */
  readonly table?: readonly Dimension[]
  /** The numbers of a small fixed vector of floats, such as the scales of a Resize. */
  readonly numbers?: readonly number[]
}

export const nothing: Known = {}

/** What a rule sees of its node. */
export interface RuleNode {
  readonly node: Node
  readonly opset: number
  /** What is known of input `index`; nothing when it is not given. */
  input(index: number): Known
  /** Whether the optional input `index` is given. */
  has(index: number): boolean
}

/** From what is known of a node's inputs to what is known of its outputs, in their order. */
export type ShapeRule = (at: RuleNode) => readonly Known[]

/** Inputs of a node contradict each other. */
export class ShapeFault extends Error {
  override readonly name: string = 'ShapeFault'
}

/** A negative axis counts from the end. */
export function axisOf(axis: number, rank: number): number {
  const found = axis < 0 ? axis + rank : axis
  if (found < 0 || found >= rank) throw new ShapeFault(`axis ${axis} is outside of rank ${rank}`)
  return found
}

export function allNumbers(sizes: readonly Dimension[] | undefined): readonly number[] | undefined {
  return sizes?.every(size => typeof size === 'number') ? sizes : undefined
}

export function known(dtype: Dtype | undefined, shape: Shape | undefined, elements?: readonly Dimension[]): Known {
  return {
    ...(dtype !== undefined && { dtype }),
    ...(shape !== undefined && { shape }),
    ...(elements !== undefined && { elements }),
  }
}

/** The elements whatever the rank, row-major. */
export function flatElements({ elements, table }: Known): readonly Dimension[] | undefined {
  return elements ?? table
}

/** `known` with elements that belong to a vector or a table, whichever the shape is. */
export function knownFlat(dtype: Dtype | undefined, shape: Shape, flat: readonly Dimension[] | undefined): Known {
  if (shape.length <= 1) return known(dtype, shape, flat)
  return { ...known(dtype, shape), ...(flat !== undefined && { table: flat }) }
}

/** Axes as an attribute in older operator sets, as an input in newer ones. Undefined: given, but not known. */
export function axesOf(at: RuleNode, input: number): readonly number[] | 'absent' | undefined {
  const fixed = at.node.attributes['axes']
  if (fixed?.type === 'ints') return fixed.value
  if (!at.has(input)) return 'absent'
  return allNumbers(at.input(input).elements)
}

/** The one element type that values share. @throws ShapeFault when they differ */
export function commonDtype(values: readonly Known[]): Dtype | undefined {
  const found = values.flatMap(({ dtype }) => (dtype === undefined ? [] : [dtype]))
  const other = found.find(dtype => dtype !== found[0])
  if (other !== undefined) throw new ShapeFault(`element types differ: ${found[0]} and ${other}`)
  return found[0]
}

/** What is known of all inputs of a node, in order. */
export function inputsOf(at: RuleNode): readonly Known[] {
  return at.node.inputs.map((_, index) => at.input(index))
}

export function requireDtype(value: Known, wanted: readonly Dtype[]): void {
  if (value.dtype === undefined || wanted.includes(value.dtype)) return
  throw new ShapeFault(`an input is ${value.dtype}, ${wanted.join(' or ')} was wanted`)
}

export const floatTypes: readonly Dtype[] = ['float32', 'float64', 'float16']
