import { type Dtype, int64, type Tensor } from '../core/index.ts'
import { type Attributes, type Builder, type Dimension, dtypeCodes, int, ints, type Value } from '../graph/index.ts'
import { filled } from './constants.ts'

type Binary = (a: string, b: string) => string
type Unary = (x: string) => string

/**
 * Nodes as expressions, so that a gradient rule reads like its formula. Each takes and returns names of values.
 * Shapes that are known become constants; only the others are computed when the graph runs.
 */
export interface Expressions {
  readonly build: Builder
  readonly add: Binary
  readonly sub: Binary
  readonly mul: Binary
  readonly div: Binary
  readonly pow: Binary
  readonly matMul: Binary
  readonly equal: Binary
  readonly greater: Binary
  readonly neg: Unary
  readonly abs: Unary
  readonly sign: Unary
  readonly exp: Unary
  readonly log: Unary
  readonly sqrt: Unary
  readonly sigmoid: Unary
  readonly where: (which: string, a: string, b: string) => string
  readonly node: (op: string, inputs: readonly string[], attributes?: Attributes) => string
  /** One number of the element type of `like`. */
  readonly constant: (value: number, like: string) => string
  readonly integers: (values: readonly number[]) => string
  /** Zeros of the shape and element type of `like`. */
  readonly zerosLike: (like: string) => string
  /** Converts to the element type of `like`. */
  readonly castLike: (x: string, like: string) => string
  /** Sum over axes; all axes stay, with size 1, if `keep`. */
  readonly sum: (x: string, axes: readonly number[], keep?: boolean) => string
  /** The shape as an int64 vector. */
  readonly shapeOf: (x: string) => string
  /** One size may be -1: what is left. */
  readonly reshape: (x: string, sizes: readonly number[]) => string
  readonly reshapeLike: (x: string, like: string) => string
  readonly expandLike: (x: string, like: string) => string
  readonly transpose: (x: string, order: readonly number[]) => string
  /** The part [start, end) of each axis named, in steps of 1 unless told. */
  readonly slice: (
    x: string,
    axes: readonly number[],
    starts: readonly number[],
    ends: readonly number[],
    steps?: readonly number[],
  ) => string
  readonly dims: (x: string) => readonly Dimension[]
  /** Says that x has the shape of `like`, where inference cannot tell. */
  readonly stateShape: (x: string, like: string) => string
  readonly dtype: (x: string) => Dtype
  /** The numbers of a value that is fixed in the graph. */
  readonly fixed: (x: string) => readonly number[] | undefined
}

export function expressions(build: Builder, constants: ReadonlyMap<string, Tensor>): Expressions {
  const node = (op: string, inputs: readonly string[], attributes: Attributes = {}): string =>
    build.node(op, inputs, attributes)
  const unary =
    (op: string): Unary =>
    x =>
      node(op, [x])
  const binary =
    (op: string): Binary =>
    (a, b) =>
      node(op, [a, b])
  const value = (x: string): Value => build.valueOf(x)
  const stated = new Map<string, readonly Dimension[]>()
  const dims = (x: string): readonly Dimension[] => stated.get(x) ?? value(x).shape
  const stateShape = (x: string, like: string): string => {
    if (dims(x).includes('?')) stated.set(x, dims(like))
    return x
  }
  const integers = (values: readonly number[]): string => build.constant(int64([values.length], values))
  const shapeOf = (x: string): string => {
    const sizes = knownSizes(dims(x))
    return sizes === undefined ? node('Shape', [x]) : integers(sizes)
  }
  const reshape = (x: string, sizes: readonly number[]): string => node('Reshape', [x, integers(sizes)])
  return {
    build,
    add: binary('Add'),
    sub: binary('Sub'),
    mul: binary('Mul'),
    div: binary('Div'),
    pow: binary('Pow'),
    matMul: binary('MatMul'),
    equal: binary('Equal'),
    greater: binary('Greater'),
    neg: unary('Neg'),
    abs: unary('Abs'),
    sign: unary('Sign'),
    exp: unary('Exp'),
    log: unary('Log'),
    sqrt: unary('Sqrt'),
    sigmoid: unary('Sigmoid'),
    where: (which, a, b) => node('Where', [which, a, b]),
    node,
    constant: (number, like) => build.constant(filled(number, [], value(like).dtype)),
    integers,
    zerosLike: like =>
      node('ConstantOfShape', [shapeOf(like)], { value: { type: 'tensor', value: filled(0, [1], value(like).dtype) } }),
    castLike: (x, like) =>
      value(x).dtype === value(like).dtype ? x : node('Cast', [x], { to: int(dtypeCodes[value(like).dtype]) }),
    sum: (x, axes, keep = false) =>
      axes.length === 0 ? x : node('ReduceSum', [x, integers(axes)], { keepdims: int(keep ? 1 : 0) }),
    shapeOf,
    reshape,
    reshapeLike: (x, like) => {
      if (sameDims(dims(x), dims(like))) return x
      const sizes = reshapeSizes(dims(like))
      return sizes === undefined ? node('Reshape', [x, shapeOf(like)]) : reshape(x, sizes)
    },
    expandLike: (x, like) => (sameDims(dims(x), dims(like)) ? x : node('Expand', [x, shapeOf(like)])),
    transpose: (x, order) =>
      order.every((axis, at) => axis === at) ? x : node('Transpose', [x], { perm: ints(order) }),
    slice: (x, axes, starts, ends, steps) =>
      node('Slice', [x, integers(starts), integers(ends), integers(axes), ...(steps ? [integers(steps)] : [])]),
    dims,
    stateShape,
    dtype: x => value(x).dtype,
    fixed: x => {
      const found = constants.get(x)
      return found && Array.from(found.data as ArrayLike<number | bigint>, Number)
    },
  }
}

/** The sizes, if every one is a number. */
export function knownSizes(dims: readonly Dimension[]): readonly number[] | undefined {
  const sizes = dims.filter(size => typeof size === 'number')
  return sizes.length === dims.length ? sizes : undefined
}

/** Whether two shapes are surely equal: `'?'` is not equal to itself. */
export function sameDims(a: readonly Dimension[], b: readonly Dimension[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis] && size !== '?')
}

/** The target of a Reshape to these dimensions: the one unknown size is left to the runtime. Undefined if there are more. */
function reshapeSizes(dims: readonly Dimension[]): readonly number[] | undefined {
  if (dims.includes(0) || dims.filter(size => typeof size === 'string').length > 1) return undefined
  return dims.map(size => (typeof size === 'string' ? -1 : size))
}
