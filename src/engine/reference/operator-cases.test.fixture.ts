import { elements, float32, int64, random, type Tensor, type Tensors, tensor } from '../../core/index.ts'
import {
  type Attributes,
  build,
  float,
  type Graph,
  int,
  ints,
  scalarFunctions,
  string_,
  tensorAttribute,
  type Value,
} from '../../graph/index.ts'

import { interpret } from './interpret.ts'

/** A shape stands for random numbers of the standard normal distribution. */
type Input = readonly number[] | Tensor | ''

export interface OperatorCase {
  readonly op: string
  readonly title: string
  readonly inputs: readonly Input[]
  readonly attributes: Attributes
  readonly outputs?: number
  readonly opset?: number
}

const c = (
  op: string,
  title: string,
  inputs: readonly Input[],
  attributes: Attributes = {},
  more: { readonly outputs?: number; readonly opset?: number } = {},
): OperatorCase => ({ op, title, inputs, attributes, ...more })

const longs = (...values: number[]): Tensor => int64([values.length], values)
const numbers = (...values: number[]): Tensor => float32([values.length], values)
const bools = (...values: number[]): Tensor => tensor('bool', [values.length], Uint8Array.from(values))
const positive = numbers(0.1, 0.5, 1, 2.5)
const halves = numbers(-2.5, -1.5, -0.5, 0, 0.4, 0.5, 1.5, 2.5)
const image = [2, 3, 7, 6]

const one = (...ops: readonly string[]): OperatorCase[] => ops.map(op => c(op, 'of random numbers', [[3, 5]]))
const two = (...ops: readonly string[]): OperatorCase[] =>
  ops.flatMap(op => [
    c(op, 'of equal shapes', [
      [3, 5],
      [3, 5],
    ]),
    c(op, 'with broadcasting both ways', [
      [4, 1, 3],
      [2, 1],
    ]),
    c(op, 'of equal numbers too', [numbers(1, 2, 3), numbers(1, 3, 2)]),
  ])
const logical = (...ops: readonly string[]): OperatorCase[] =>
  ops.map(op => c(op, 'of truth values', [bools(0, 0, 1, 1), bools(0, 1, 0, 1)]))

const elementwise = [
  ...one('Identity', 'Sign'),
  ...Object.entries(scalarFunctions).map(([op, { domain, since }]) =>
    c(op, 'of random numbers', [domain && domain[0] > 0 ? positive : [3, 5]], {}, { opset: since ?? 17 }),
  ),
  ...['Ceil', 'Floor', 'Round'].map(op => c(op, 'of halves', [halves])),
  ...two(
    'Add',
    'Div',
    'Equal',
    'Greater',
    'GreaterOrEqual',
    'Less',
    'LessOrEqual',
    'Max',
    'Mean',
    'Min',
    'Mul',
    'Sub',
    'Sum',
  ),
  ...logical('And', 'Or', 'Xor'),
  c('Not', 'of truth values', [bools(0, 1)]),
  c('Div', 'of whole numbers', [longs(7, -7, 6), longs(2, 2, -4)]),
  c('Mod', 'of whole numbers', [longs(7, -7, 7, -7), longs(3, 3, -3, -3)]),
  c('Mod', 'as in C', [numbers(5.3, -5.3), numbers(2, 2)], { fmod: int(1) }),
  c('Max', 'of three', [[2, 3], [3], [2, 1]]),
  c('Pow', 'of positive numbers', [positive, numbers(2, 0.5, 3, -1)]),
  c('Clip', 'between bounds', [[3, 4], float32([], [-0.5]), float32([], [0.7])]),
  c('Clip', 'from above', [[3, 4], '', float32([], [0.2])]),
  c('Cast', 'to whole numbers', [halves], { to: int(7) }),
  c('Cast', 'to truth values', [halves], { to: int(9) }),
  c('Cast', 'from truth values', [bools(0, 1)], { to: int(1) }),
  c('Elu', 'with a slope', [[5]], { alpha: float(0.3) }),
  c('Gelu', 'roughly', [[3, 4]], { approximate: string_('tanh') }, { opset: 20 }),
  c('HardSigmoid', 'with a slope', [[9]], { alpha: float(0.5), beta: float(0.4) }),
  c('Dropout', 'outside training', [[3, 4]], { seed: int(1) }),
  c('Where', 'with broadcasting', [bools(1, 0, 1), [2, 3], [2, 1]]),
]

const windows: Attributes = { kernel_shape: ints([3, 2]), strides: ints([2, 1]), pads: ints([1, 0, 1, 1]) }
const pools = ['AveragePool', 'MaxPool'].flatMap(op => [
  c(op, 'of padded, overlapping windows', [image], windows),
  c(op, 'with rounding up', [image], { kernel_shape: ints([2, 3]), strides: ints([2, 2]), ceil_mode: int(1) }),
  c(op, 'with automatic padding', [image], {
    kernel_shape: ints([2, 3]),
    strides: ints([2, 1]),
    auto_pad: string_('SAME_LOWER'),
  }),
  c(op, 'along one axis', [[2, 3, 9]], { kernel_shape: ints([4]), strides: ints([3]) }),
])
const pooling = [
  ...pools,
  c('AveragePool', 'with the padding counted', [image], { ...windows, count_include_pad: int(1) }),
  c('MaxPool', 'with indices', [image], windows, { outputs: 2 }),
  c('MaxPool', 'with dilations', [image], { kernel_shape: ints([2, 2]), dilations: ints([3, 2]) }),
  c('GlobalAveragePool', 'of images', [image]),
  c('GlobalMaxPool', 'of images', [image]),
]

const convolution = [
  c('Conv', 'with bias, padding and strides', [image, [4, 3, 3, 2], [4]], {
    strides: ints([2, 1]),
    pads: ints([1, 0, 2, 1]),
  }),
  c('Conv', 'with dilations', [image, [4, 3, 2, 2]], { dilations: ints([2, 3]) }),
  c('Conv', 'in groups', [[2, 4, 5, 5], [6, 2, 3, 3], [6]], { group: int(2), pads: ints([1, 1, 1, 1]) }),
  c('Conv', 'depthwise', [image, [3, 1, 3, 3]], { group: int(3), strides: ints([2, 2]) }),
  c('Conv', 'padded to the same size, more after', [image, [2, 3, 4, 3]], {
    auto_pad: string_('SAME_UPPER'),
    strides: ints([2, 2]),
  }),
  c('Conv', 'padded to the same size, more before', [image, [2, 3, 4, 3]], { auto_pad: string_('SAME_LOWER') }),
  c('Conv', 'without padding', [image, [2, 3, 2, 2]], { auto_pad: string_('VALID') }),
  c(
    'Conv',
    'of a signal',
    [
      [2, 3, 9],
      [4, 3, 3],
    ],
    { strides: ints([2]) },
  ),
  c('Conv', 'of a volume', [
    [1, 2, 4, 4, 3],
    [2, 2, 2, 3, 2],
  ]),
  c('ConvTranspose', 'with strides and output padding', [image, [3, 2, 3, 2], [2]], {
    strides: ints([2, 3]),
    pads: ints([1, 0, 0, 1]),
    output_padding: ints([1, 2]),
  }),
  c(
    'ConvTranspose',
    'with dilations, in groups',
    [
      [2, 4, 3, 3],
      [4, 3, 2, 2],
    ],
    { dilations: ints([2, 1]), group: int(2) },
  ),
  ...(['SAME_UPPER', 'SAME_LOWER'] as const).map(auto =>
    c('ConvTranspose', `padded by ${auto}`, [image, [3, 2, 3, 4]], { auto_pad: string_(auto), strides: ints([2, 1]) }),
  ),
  c('ConvTranspose', 'to a stated shape', [image, [3, 2, 3, 4]], {
    output_shape: ints([10, 6]),
    strides: ints([2, 1]),
  }),
  c(
    'ConvTranspose',
    'in groups, padded to the same size',
    [
      [2, 4, 3, 3],
      [4, 3, 2, 3],
    ],
    { group: int(2), auto_pad: string_('SAME_UPPER') },
  ),
]

const linalg = [
  c('Gemm', 'plain', [
    [2, 3],
    [3, 4],
  ]),
  c('Gemm', 'turned, scaled, with a row', [[3, 2], [4, 3], [4]], {
    transA: int(1),
    transB: int(1),
    alpha: float(0.5),
    beta: float(2),
  }),
  c('Gemm', 'with a column', [
    [2, 3],
    [3, 4],
    [2, 1],
  ]),
  c('MatMul', 'of matrices', [
    [2, 3],
    [3, 4],
  ]),
  c('MatMul', 'of broadcast batches', [
    [5, 1, 2, 3],
    [4, 3, 2],
  ]),
  c('MatMul', 'of a vector and a batch', [[3], [2, 3, 4]]),
  c('MatMul', 'of a batch and a vector', [[2, 4, 3], [3]]),
  c('MatMul', 'of vectors', [[3], [3]]),
  c('BatchNormalization', 'of images', [image, [3], [3], [3], numbers(0.5, 1, 2)], { epsilon: float(0.01) }),
]

const reducers = ['ReduceL1', 'ReduceL2', 'ReduceMax', 'ReduceMean', 'ReduceMin', 'ReduceProd', 'ReduceSumSquare']
const reduction = [
  ...reducers.flatMap(op => [
    c(op, 'of everything', [[2, 3, 4]], { keepdims: int(0) }),
    c(op, 'over two axes', [[2, 3, 4]], { axes: ints([0, -1]) }),
    c(op, 'with its axes as input', [[2, 3, 4], longs(1)], { keepdims: int(0) }, { opset: 18 }),
  ]),
  c('ReduceSum', 'of everything', [[2, 3, 4]]),
  c('ReduceSum', 'over two axes', [[2, 3, 4], longs(-1, 0)], { keepdims: int(0) }),
  c('ReduceSum', 'over nothing', [[2, 3]], { noop_with_empty_axes: int(1) }),
  c('ReduceSum', 'with its axes as attribute', [[2, 3, 4]], { axes: ints([1]) }, { opset: 12 }),
  ...['Softmax', 'LogSoftmax'].flatMap(op => [
    c(op, 'over the last axis', [[2, 3, 4]]),
    c(op, 'over an inner axis', [[2, 3, 4]], { axis: int(1) }),
    c(op, 'as before version 13', [[2, 3, 4]], {}, { opset: 12 }),
  ]),
  c('ArgMax', 'over the last axis', [[3, 4]], { axis: int(-1), keepdims: int(0) }),
  c('ArgMax', 'of equal numbers', [numbers(1, 3, 3, 2)]),
]

const padded = longs(0, 1, 2, 0, 2, 1)
const movement = [
  c(
    'Concat',
    'of three',
    [
      [2, 1, 3],
      [2, 2, 3],
      [2, 4, 3],
    ],
    { axis: int(-2) },
  ),
  c('Constant', 'of a tensor', [], { value: tensorAttribute(numbers(1, 2)) }),
  c('Constant', 'of a number', [], { value_float: float(0.5) }),
  c('Constant', 'of whole numbers', [], { value_ints: ints([3, 4]) }),
  c('ConstantOfShape', 'of zeros', [longs(2, 3)]),
  c('ConstantOfShape', 'of sevens', [longs(2, 3)], { value: tensorAttribute(longs(7)) }),
  c('DepthToSpace', 'by depth first', [[2, 8, 2, 3]], { blocksize: int(2) }),
  c('DepthToSpace', 'by column first', [[2, 8, 2, 3]], { blocksize: int(2), mode: string_('CRD') }),
  c('SpaceToDepth', 'in blocks', [[2, 2, 4, 6]], { blocksize: int(2) }),
  c('Expand', 'both ways', [[3, 1], longs(2, 1, 4)]),
  c('Flatten', 'at the default axis', [[2, 3, 4]]),
  c('Flatten', 'at the front', [[2, 3, 4]], { axis: int(0) }),
  c('Flatten', 'at the back', [[2, 3, 4]], { axis: int(-1) }),
  c('Gather', 'of rows', [[4, 3], int64([2, 2], [0, -1, 2, 2])]),
  c('Gather', 'of columns', [[4, 3], longs(2, 0)], { axis: int(1) }),
  c('GatherElements', 'of columns', [[2, 3], int64([2, 2], [0, 2, -1, 1])], { axis: int(1) }),
  c('NonZero', 'of a matrix', [float32([2, 3], [0, 1, 0, 2, 0, -1])]),
  ...['constant', 'edge', 'reflect'].map(mode => c('Pad', `by ${mode}`, [[2, 3, 4], padded], { mode: string_(mode) })),
  c('Pad', 'with a number', [[2, 3, 4], padded, float32([], [0.5])]),
  c('Pad', 'that cuts', [[4, 5], longs(-1, 1, 0, -2)]),
  c('Pad', 'of some axes', [[4, 5], longs(1, 2), '', longs(-1)], {}, { opset: 18 }),
  c('Pad', 'round and round', [[4, 5], longs(0, 2, 0, 1)], { mode: string_('wrap') }, { opset: 19 }),
  c('Range', 'downwards', [int64([], [5]), int64([], [-2]), int64([], [-3])]),
  c('Reshape', 'with a copied and an open size', [[2, 3, 4], longs(0, -1, 2)]),
  c('Reshape', 'with a true zero', [float32([0, 3], []), longs(3, 0)], { allowzero: int(1) }),
  c('ScatterElements', 'that overwrites', [[3, 3], int64([1, 2], [1, -1]), [1, 2]], { axis: int(1) }),
  c('ScatterElements', 'that adds to one place twice', [[5], longs(1, 1, 3), [3]], { reduction: string_('add') }),
  c('Shape', 'of everything', [[2, 3, 4]]),
  c('Shape', 'of a part', [[2, 3, 4]], { start: int(1), end: int(-1) }),
  c('Size', 'of a matrix', [[2, 3]]),
  c('Slice', 'forwards', [[5, 6], longs(1, -4), longs(4, 99)]),
  c('Slice', 'backwards in steps', [[5, 6], longs(-1, 5), longs(-99, 0), longs(0, 1), longs(-2, -3)]),
  c('Slice', 'of nothing', [[5, 6], longs(3), longs(2), longs(1)]),
  c('Split', 'evenly', [[2, 6]], { axis: int(1) }, { outputs: 3 }),
  c('Split', 'in given sizes', [[5, 2], longs(2, 3)], {}, { outputs: 2 }),
  c('Squeeze', 'of all ones', [[1, 2, 1, 3]]),
  c('Squeeze', 'of one axis', [[1, 2, 1], longs(-1)]),
  c('Tile', 'along two axes', [[2, 3], longs(3, 2)]),
  c('Transpose', 'backwards', [[2, 3, 4]]),
  c('Transpose', 'in an order', [[2, 3, 4]], { perm: ints([1, 2, 0]) }),
  c('Unsqueeze', 'at both ends', [[2, 3], longs(-1, 0)]),
]

const resizing = ['nearest', 'linear'].flatMap(mode =>
  ['half_pixel', 'asymmetric', 'align_corners', 'pytorch_half_pixel'].flatMap(transformation => {
    const how = { mode: string_(mode), coordinate_transformation_mode: string_(transformation) }
    return [
      c('Resize', `up, ${mode}, ${transformation}`, [[1, 2, 3, 4], '', '', longs(1, 2, 7, 6)], how),
      c('Resize', `down by scales, ${mode}, ${transformation}`, [[1, 2, 6, 8], '', numbers(1, 1, 0.5, 0.75)], how),
    ]
  }),
)

/** Each operator in each of its settings. */
export const operatorCases: readonly OperatorCase[] = [
  ...elementwise,
  ...pooling,
  ...convolution,
  ...linalg,
  ...reduction,
  ...movement,
  ...resizing,
]

/** A graph of the operator alone. Fixed tensors of numbers become inputs too, so that nothing is folded before it runs. */
export function graphOf(given: OperatorCase): { readonly graph: Graph; readonly inputs: Tensors } {
  const { opset = 17 } = given
  const builder = build(given.op, { name: '', opset, inputs: [], outputs: [], nodes: [], weights: {}, metadata: {} })
  const inputs: Record<string, Tensor> = {}
  const names = given.inputs.map((input, place) => {
    if (input === '') return ''
    const name = `x${place}`
    const value = 'data' in input ? input : normal(input, place)
    if (value.dtype === 'int64' && place > 0) return builder.weight(name, value)
    inputs[name] = value
    return builder.input({ name, dtype: value.dtype, shape: value.shape })
  })
  const outputs = builder.nodes(given.op, names, given.attributes, given.outputs ?? 1)
  const graph = builder.finish()
  // Shape inference does not know every operator: the types and shapes that the reference finds are declared.
  const found = Object.entries<Tensor>(interpret(graph, inputs, { outputs }))
  const declared = found.map(([name, { dtype, shape }]): Value => {
    return { name, dtype: dtype === 'float64' ? 'float32' : dtype, shape }
  })
  return { graph: { ...graph, outputs: declared }, inputs }
}

function normal(shape: readonly number[], place: number): Tensor {
  const draw = random(7, 'operator case', place)
  return float32(
    shape,
    Float32Array.from({ length: elements(shape) }, () => draw.normal()),
  )
}
