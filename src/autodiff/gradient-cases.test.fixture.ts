import { type Dtype, elements, float32, int64, random, type Tensor, type Tensors, tensor } from '../core/index.ts'
import {
  type Attributes,
  build,
  float,
  type Graph,
  int,
  ints,
  type Shape,
  scalarFunctions,
  string_,
} from '../graph/index.ts'

/** An input: a shape to differentiate with respect to (numbers apart from each other and from 0), or a fixed value. */
export type Input =
  | Shape
  | { readonly shape: Shape; readonly range: readonly [number, number]; readonly kinks?: readonly number[] }
  | Tensor
  | ''

export interface GradientCase {
  readonly op: string
  readonly title: string
  readonly inputs: readonly Input[]
  readonly attributes?: Attributes
  readonly outputs?: number
  readonly opset?: number
  /** The first input stands at the second place too. */
  readonly twice?: boolean
  /** What the names of sizes stand for. */
  readonly sizes?: Readonly<Record<string, number>>
  /** Moves the numbers of the inputs. */
  readonly seed?: number
}

const c = (
  op: string,
  title: string,
  inputs: readonly Input[],
  attributes: Attributes = {},
  more: Partial<GradientCase> = {},
): GradientCase => ({ op, title, inputs, attributes, ...more })

const longs = (...values: number[]): Tensor => int64([values.length], values)
const positive = (...shape: Shape): Input => ({ shape, range: [0.3, 2] })
const number = (value: number): Tensor => tensor('float64', [], Float64Array.of(value))
const bools = (...values: number[]): Tensor => tensor('bool', [values.length], Uint8Array.from(values))
const scales = float32([4], [1, 1, 0.5, 1.75])
const regions = float32([8], [0, 0, 0.1, 0.2, 1, 1, 0.9, 1.1])
const kernel = (...sizes: number[]): Attributes => ({ kernel_shape: ints(sizes) })

/** Each function of one number, with its attributes at their defaults. */
const scalars = Object.entries(scalarFunctions).map(([op, { domain, kinks, since }]) =>
  c(
    op,
    'of a matrix',
    [{ shape: ['N', 7], range: domain ?? [-1.2, 1.2], kinks: kinks ?? [] }],
    {},
    { opset: since ?? 17 },
  ),
)

const broadcasting = (['Add', 'Div', 'Mul', 'Sub'] as const).flatMap(op => [
  c(op, 'of equal shapes', [
    ['N', 3],
    ['N', 3],
  ]),
  c(op, 'with a vector on the right', [['N', 2, 3], [3]]),
  c(op, 'with a scalar on the left', [[], ['N', 3]]),
  c(op, 'stretched on both sides', [
    ['N', 1, 3],
    [4, 1],
  ]),
  c(op, 'of sizes known when it runs', [
    ['N', 'A'],
    ['B', 3],
  ]),
])

const poolings = (['AveragePool', 'MaxPool'] as const).flatMap(op => [
  c(op, 'of windows side by side', [['N', 2, 4, 6]], { ...kernel(2, 2), strides: ints([2, 2]) }),
  c(op, 'of overlapping windows', [['N', 2, 7, 6]], { ...kernel(3, 3), strides: ints([2, 2]) }),
  c(op, 'of padded windows', [['N', 2, 5, 6]], { ...kernel(3, 2), strides: ints([1, 2]), pads: ints([1, 0, 1, 1]) }),
  c(op, 'with rounding up', [['N', 1, 6, 7]], { ...kernel(3, 2), strides: ints([2, 2]), ceil_mode: int(1) }),
  c(op, 'with automatic padding', [['N', 1, 5, 6]], { ...kernel(2, 3), auto_pad: string_('SAME_UPPER') }),
  c(op, 'that sees less than all', [['N', 1, 6, 6]], { ...kernel(2, 2), strides: ints([3, 3]) }),
  c(op, 'along one axis', [['N', 2, 9]], { ...kernel(3), strides: ints([2]) }),
])

const convolutions = [
  c('Conv', '3×3 with padding and bias', [['N', 3, 5, 4], [2, 3, 3, 3], [2]], { pads: ints([1, 1, 1, 1]) }),
  c(
    'Conv',
    'with many channels',
    [
      ['N', 30, 3, 3],
      [2, 30, 3, 3],
    ],
    { pads: ints([1, 1, 1, 1]) },
  ),
  c('Conv', '1×1', [
    ['N', 3, 3, 2],
    [4, 3, 1, 1],
  ]),
  c(
    'Conv',
    'with strides that leave a rest',
    [
      ['N', 2, 6, 5],
      [3, 2, 3, 2],
    ],
    { strides: ints([2, 2]) },
  ),
  c(
    'Conv',
    'with uneven padding and strides',
    [
      ['N', 2, 5, 6],
      [2, 2, 3, 3],
    ],
    { strides: ints([2, 3]), pads: ints([0, 1, 2, 1]) },
  ),
  c(
    'Conv',
    'with dilations',
    [
      ['N', 2, 7, 6],
      [2, 2, 3, 2],
    ],
    { dilations: ints([2, 3]), pads: ints([1, 0, 1, 2]) },
  ),
  c(
    'Conv',
    'with dilations and strides',
    [
      ['N', 2, 8, 7],
      [2, 2, 2, 3],
    ],
    { dilations: ints([3, 2]), strides: ints([2, 2]), pads: ints([1, 1, 0, 1]) },
  ),
  c('Conv', 'in groups', [['N', 4, 4, 4], [6, 2, 3, 3], [6]], { group: int(2), pads: ints([1, 1, 1, 1]) }),
  c(
    'Conv',
    'in groups with strides',
    [
      ['N', 4, 5, 6],
      [2, 2, 3, 3],
    ],
    { group: int(2), strides: ints([2, 2]), pads: ints([1, 0, 0, 1]) },
  ),
  c(
    'Conv',
    'depthwise',
    [
      ['N', 3, 5, 5],
      [3, 1, 3, 3],
    ],
    { group: int(3), pads: ints([1, 1, 1, 1]) },
  ),
  c(
    'Conv',
    'depthwise with strides and a multiplier',
    [
      ['N', 2, 6, 6],
      [4, 1, 3, 3],
    ],
    { group: int(2), strides: ints([2, 2]) },
  ),
  c(
    'Conv',
    'with automatic padding',
    [
      ['N', 2, 5, 6],
      [2, 2, 3, 4],
    ],
    { auto_pad: string_('SAME_LOWER'), strides: ints([2, 2]) },
  ),
  c(
    'Conv',
    'with more padding than the kernel reaches',
    [
      ['N', 1, 3, 3],
      [2, 1, 2, 2],
    ],
    { pads: ints([2, 2, 2, 2]) },
  ),
  c(
    'Conv',
    'of a signal',
    [
      ['N', 2, 8],
      [3, 2, 3],
    ],
    { strides: ints([2]), pads: ints([1, 1]) },
  ),
  c('Conv', 'of a volume', [
    ['N', 1, 3, 4, 3],
    [2, 1, 2, 2, 2],
  ]),
  c('ConvTranspose', 'with strides', [['N', 2, 3, 4], [2, 3, 3, 2], [3]], {
    strides: ints([2, 2]),
    pads: ints([1, 0, 0, 1]),
    output_padding: ints([1, 0]),
  }),
  c(
    'ConvTranspose',
    'in groups',
    [
      ['N', 4, 3, 3],
      [4, 1, 2, 2],
    ],
    { group: int(2) },
  ),
  c(
    'ConvTranspose',
    'in groups, padded as stated',
    [
      ['N', 4, 3, 3],
      [4, 2, 3, 2],
    ],
    { group: int(2), auto_pad: string_('NOTSET'), strides: ints([2, 1]), pads: ints([1, 0, 1, 1]) },
  ),
]

const batchNorm: readonly Input[] = [['N', 3, 2, 2], [3], [3], [3], positive(3)]

const moments = [0.1, 1].map(value => tensor('float64', [3], new Float64Array(3).fill(value)))
const norms = [
  c(
    'BatchNormalization',
    'in training mode',
    [...batchNorm],
    { training_mode: int(1), momentum: float(0.7) },
    { outputs: 3 },
  ),
  c(
    'BatchNormalization',
    'in training mode without the moved statistics',
    [...batchNorm.slice(0, 3), ...moments],
    { training_mode: int(1) },
    { outputs: 1, opset: 20 },
  ),
  c('InstanceNormalization', 'of images', [['N', 3, 2, 4], [3], [3]], { epsilon: float(0.01) }),
  c('InstanceNormalization', 'of signals', [['N', 2, 5], [2], [2]]),
  c('LayerNormalization', 'over the last axis', [['N', 3, 4], [4], [4]]),
  c(
    'LayerNormalization',
    'over two axes without a bias',
    [
      ['N', 3, 4],
      [3, 4],
    ],
    { axis: int(1), epsilon: float(0.1) },
  ),
  c('LayerNormalization', 'with a scale that stretches', [['N', 3, 4], [3, 1], [4]], { axis: int(-2) }),
  c('GroupNormalization', 'with a scale a group', [['N', 4, 2, 3], [2], [2]], { num_groups: int(2) }, { opset: 18 }),
  c('GroupNormalization', 'with a scale a channel', [['N', 6, 2, 2], [6], [6]], { num_groups: int(3) }, { opset: 21 }),
]

const products = [
  c('Gemm', 'plain', [
    ['N', 3],
    [3, 4],
  ]),
  c('Gemm', 'turned and scaled', [[3, 'N'], [4, 3], [4]], {
    transA: int(1),
    transB: int(1),
    alpha: float(0.5),
    beta: float(2),
  }),
  c(
    'Gemm',
    'turned on the left',
    [
      [3, 2],
      [3, 4],
      [2, 1],
    ],
    { transA: int(1) },
  ),
  c('Gemm', 'turned on the right', [['N', 3], [4, 3], []], { transB: int(1), beta: float(0.25) }),
  c('MatMul', 'of matrices', [
    ['N', 3],
    [3, 4],
  ]),
  c('MatMul', 'of a batch and a matrix', [
    ['N', 2, 3],
    [3, 4],
  ]),
  c('MatMul', 'of broadcast batches', [
    ['N', 1, 2, 3],
    [4, 3, 2],
  ]),
  c('MatMul', 'of a matrix and a batch', [
    [2, 3],
    ['N', 3, 2],
  ]),
  c('MatMul', 'of a vector and a matrix', [[3], [3, 4]]),
  c('MatMul', 'of a batch and a vector', [['N', 2, 3], [3]]),
  c('MatMul', 'of vectors', [[3], [3]]),
]

const einsum = (equation: string, ...inputs: readonly Input[]): GradientCase =>
  c('Einsum', equation, inputs, { equation: string_(equation) })
const einsums = [
  einsum('nij,njk->nik', ['N', 2, 3], ['N', 3, 4]),
  einsum('bhid,bhjd->bhij', ['N', 2, 3, 4], ['N', 2, 2, 4]),
  einsum('ij->ji', ['N', 3]),
  einsum('ij->i', [2, 3]),
  einsum('ij,jk', [2, 3], [3, 4]),
  einsum('...ij,jk->...ik', ['N', 2, 3], [3, 4]),
  einsum('ij,ik->jk', [1, 3], [4, 2]),
  einsum('a,b,ab->', [2], [3], [2, 3]),
]

const reducers = [
  'ReduceL1',
  'ReduceL2',
  'ReduceLogSumExp',
  'ReduceMax',
  'ReduceMean',
  'ReduceMin',
  'ReduceProd',
  'ReduceSum',
  'ReduceSumSquare',
]
const reductions = reducers.flatMap(op => {
  const over = (...axes: number[]): { input: readonly Input[]; attributes: Attributes } =>
    op === 'ReduceSum' ? { input: [longs(...axes)], attributes: {} } : { input: [], attributes: { axes: ints(axes) } }
  const [middle, ends] = [over(1), over(0, -1)]
  return [
    c(op, 'of everything', [['N', 3, 2]], { keepdims: int(0) }),
    c(op, 'over one axis that stays', [['N', 3, 2], ...middle.input], middle.attributes),
    c(op, 'over the batch and the last axis', [['N', 3, 2], ...ends.input], { ...ends.attributes, keepdims: int(0) }),
    c(op, 'with its axes as input', [['N', 3, 2], longs(-1)], { keepdims: int(0) }, { opset: 18 }),
  ]
})

const picks = [
  c('GatherElements', 'of columns', [[2, 3], int64([2, 2], [0, 2, -1, 2])], { axis: int(1) }),
  c('GatherElements', 'of rows', [['N', 3], int64([3, 2], [0, 1, 1, 1, 0, -1])]),
  c('GatherND', 'of numbers', [[2, 3], int64([3, 2], [0, 1, -1, 2, 0, 1])]),
  c('GatherND', 'of rows', [[3, 4, 'N'], int64([2, 2, 1], [0, 2, 2, -1])]),
  c('ScatterElements', 'that overwrites', [[3, 3], int64([1, 2], [1, -1]), [1, 2]], { axis: int(1) }),
  c('ScatterElements', 'that adds', [['N', 4], int64([2, 3], [1, 1, 3, 0, 2, 2]), [2, 3]], {
    axis: int(1),
    reduction: string_('add'),
  }),
  c('ScatterND', 'that overwrites', [[4, 3], int64([2, 1], [3, 0]), [2, 3]]),
  c('ScatterND', 'that adds', [[4, 3], int64([2, 2], [3, 0, 1, 2]), [2]], { reduction: string_('add') }),
]

const resizes = ['nearest', 'linear', 'cubic'].flatMap(mode =>
  ['half_pixel', 'asymmetric', 'align_corners', 'pytorch_half_pixel', 'tf_crop_and_resize'].flatMap(transformation => {
    const how = { mode: string_(mode), coordinate_transformation_mode: string_(transformation) }
    const crop = transformation === 'tf_crop_and_resize' ? regions : ''
    return [
      c('Resize', `up, ${mode}, ${transformation}`, [[2, 2, 3, 4], crop, '', longs(2, 2, 7, 6)], how),
      ...(crop === '' ? [c('Resize', `by scales, ${mode}, ${transformation}`, [['N', 2, 6, 8], '', scales], how)] : []),
    ]
  }),
)

const movements = [
  c(
    'Concat',
    'of two',
    [
      ['N', 2, 3],
      ['N', 4, 3],
    ],
    { axis: int(1) },
  ),
  c(
    'Concat',
    'along the batch',
    [
      ['N', 2],
      ['N', 2],
      [3, 2],
    ],
    { axis: int(-2) },
  ),
  c('Expand', 'of a column', [['N', 1], longs(3, 1, 4)]),
  c('Flatten', 'in the middle', [['N', 2, 3]], { axis: int(2) }),
  c('Gather', 'of rows', [[4, 3], longs(2, 0, 2)]),
  c('Gather', 'with a matrix of indices', [[2, 4, 3], int64([2, 2], [1, -1, 3, 1])], { axis: int(1) }),
  c('Pad', 'with zeros', [['N', 2, 3], longs(0, 1, 0, 0, 2, 1)]),
  c('Pad', 'with zeros round the batch', [['N', 2], longs(1, 0, 1, 0)]),
  c('Pad', 'with edges', [['N', 2, 3], longs(0, 1, 0, 0, 2, 1)], { mode: string_('edge') }),
  c('Pad', 'with reflections', [['N', 3, 4], longs(0, 2, 1, 0, 1, 3)], { mode: string_('reflect') }),
  c('Reshape', 'with a size left open', [['N', 4, 3], longs(0, 2, -1)]),
  c('Reshape', 'that joins the batch', [['N', 2, 3], longs(-1, 3)]),
  c('Slice', 'of the inside', [['N', 5, 4], longs(1, -3), longs(4, 99), longs(1, 2)]),
  c('Slice', 'in steps', [['N', 5, 4], longs(0, -1), longs(5, -99), longs(1, 2), longs(2, -1)]),
  c('Split', 'in two sizes', [['N', 5], longs(2, 3)], { axis: int(1) }, { outputs: 2 }),
  c('Squeeze', 'of one axis', [['N', 1, 3, 1], longs(1)]),
  c('Tile', 'along two axes', [['N', 2, 3], longs(1, 3, 2)]),
  c('Transpose', 'of three axes', [['N', 2, 3]], { perm: ints([2, 0, 1]) }),
  c('Transpose', 'backwards', [['N', 2, 3]]),
  c('Unsqueeze', 'at both ends', [['N', 3], longs(0, -1)]),
]

export const gradientCases: readonly GradientCase[] = [
  ...scalars,
  ...broadcasting,
  ...poolings,
  ...convolutions,
  ...norms,
  ...products,
  ...einsums,
  ...picks,
  ...resizes,
  ...reductions,
  ...movements,
  c('AveragePool', 'with the padding counted', [['N', 2, 5, 6]], {
    ...kernel(3, 3),
    strides: ints([2, 2]),
    pads: ints([1, 1, 1, 1]),
    count_include_pad: int(1),
  }),
  c('BatchNormalization', 'of images', batchNorm),
  c('BatchNormalization', 'of rows', [['N', 3], [3], [3], [3], positive(3)], { epsilon: float(0.1) }),
  c('Cast', 'to single precision', [['N', 3]], { to: int(1) }),
  c('CastLike', 'to single precision', [['N', 3], float32([1], [0])]),
  c('Clip', 'between two bounds', [['N', 8], number(-0.437), number(0.61)]),
  c('Clip', 'from below', [['N', 8], number(0.137)]),
  c('Clip', 'from above', [['N', 8], '', number(0.137)]),
  c('Dropout', 'outside training', [['N', 3]]),
  c('Celu', 'with another slope', [['N', 5]], { alpha: float(0.5) }),
  c('CumSum', 'along an axis', [['N', 4], int64([], [1])]),
  c('CumSum', 'backwards without itself', [['N', 4], int64([], [-2])], { exclusive: int(1), reverse: int(1) }),
  c('DepthToSpace', 'by depth first', [['N', 8, 2, 3]], { blocksize: int(2) }),
  c('DepthToSpace', 'by column first', [['N', 8, 2, 3]], { blocksize: int(2), mode: string_('CRD') }),
  c('Elu', 'with another slope', [['N', 5]], { alpha: float(0.5) }),
  c('Gelu', 'by tanh', [['N', 7]], { approximate: string_('tanh') }, { opset: 20 }),
  c('GlobalAveragePool', 'of images', [['N', 2, 3, 4]]),
  c('GlobalMaxPool', 'of images', [['N', 2, 3, 4]]),
  c('HardSigmoid', 'with both ends', [{ shape: ['N', 9], range: [-3.9, 4.1] }], { alpha: float(0.25) }),
  c('HardSwish', 'with both ends', [{ shape: ['N', 9], range: [-4.3, 4.1] }]),
  c('Identity', 'of a matrix', [['N', 5]]),
  c('LeakyRelu', 'with another slope', [['N', 5]], { alpha: float(0.3) }),
  c('Log', 'of positive numbers', [positive('N', 4)]),
  c('LogSoftmax', 'over the last axis', [['N', 4]]),
  c('LogSoftmax', 'over the channels', [['N', 3, 2]], { axis: int(1) }),
  c('Max', 'of two', [['N', 4], [4]]),
  c('Max', 'of three', [['N', 4], ['N', 1], []]),
  c('Mean', 'of three', [['N', 3], [3], [1]]),
  c(
    'Mod',
    'as in C',
    [
      { shape: ['N', 4], range: [-3.9, 3.8] },
      { shape: [4], range: [0.9, 1.31] },
    ],
    { fmod: int(1) },
  ),
  c('Min', 'of two', [
    ['N', 4],
    ['N', 4],
  ]),
  c('Mul', 'with itself', [['N', 4]], {}, { twice: true }),
  c('PRelu', 'with a slope a channel', [
    ['N', 3, 2],
    [3, 1],
  ]),
  c('Pow', 'with a square', [['N', 4], number(2)]),
  c('Pow', 'with a fixed power', [positive('N', 4), number(1.5)]),
  c('Pow', 'with powers that learn', [positive('N', 4), [4]]),
  c('Reciprocal', 'of positive numbers', [positive('N', 4)]),
  c('ReduceLogSum', 'of positive numbers', [positive('N', 3, 2)], { axes: ints([1]) }),
  c('ReduceSum', 'over nothing', [['N', 3]], { noop_with_empty_axes: int(1) }),
  c('Selu', 'with other constants', [['N', 5]], { alpha: float(1.5), gamma: float(1.1) }),
  c('Softmax', 'over the last axis', [['N', 4]]),
  c('SpaceToDepth', 'in blocks', [['N', 2, 4, 6]], { blocksize: int(2) }),
  c('Softmax', 'over the channels', [['N', 3, 2]], { axis: int(1) }),
  c('Sqrt', 'of positive numbers', [positive('N', 4)]),
  c('Sum', 'of three', [['N', 3], [3], [1]]),
  c('Trilu', 'above a diagonal', [['N', 3, 4], int64([], [1])]),
  c('Trilu', 'below the diagonal', [['N', 3, 4]], { upper: int(0) }),
  c('Where', 'with a broadcast condition', [bools(1, 0, 1), ['N', 3], []]),
]

export interface PreparedCase {
  /** The operator under a random linear loss, the value `loss`. */
  readonly graph: Graph
  readonly inputs: Tensors
  readonly of: readonly string[]
}

/** N is 2, A is 3 and B is 1 unless told, so that named sizes are stretched both ways. */
function sized(shape: Shape, own: Readonly<Record<string, number>> = {}): readonly number[] {
  const sizes: Readonly<Record<string, number>> = { N: 2, A: 3, B: 1, ...own }
  return shape.map(size => (typeof size === 'number' ? size : (sizes[size] ?? 2)))
}

/** @param run finds the shapes of the outputs, for the weights of the loss */
export function prepare(
  given: GradientCase,
  dtype: Dtype,
  run: (graph: Graph, inputs: Tensors) => Tensors,
): PreparedCase {
  const { seed = 1 } = given
  const inputs: Record<string, Tensor> = {}
  const builder = build(given.op, emptyGraph(given.opset ?? 17))
  const names = given.inputs.map((input, place) => {
    if (input === '') return ''
    const name = `x${place}`
    if ('data' in input) return builder.weight(name, input.dtype === 'float64' ? converted(input, dtype) : input)
    const { shape, range, kinks = [0] } = 'range' in input ? input : { shape: input, range: [-1.2, 1.2] as const }
    inputs[name] = converted(spreadOut(sized(shape, given.sizes), { range, kinks, place, seed }), dtype)
    return builder.input({ name, dtype, shape })
  })
  const attributes = given.op === 'Cast' && dtype === 'float32' ? { to: int(11) } : (given.attributes ?? {})
  const outputs = builder.nodes(given.op, given.twice ? [names[0]!, ...names] : names, attributes, given.outputs ?? 1)
  for (const output of outputs) builder.output(output)
  const of = Object.keys(inputs)
  const results = run(builder.finish(), inputs)
  const parts = outputs.map((output, place) => {
    const { dtype: type, shape } = builder.valueOf(output)
    const weights = builder.input({ name: `weights${place}`, dtype: type, shape })
    inputs[weights] = converted(
      spreadOut(results[output]!.shape, { range: [-1, 1], kinks: [0], place: 100 + place, seed }),
      type,
    )
    return builder.node('ReduceSum', [builder.node('Mul', [output, weights])], { keepdims: int(0) })
  })
  builder.output(builder.node('Sum', parts, {}, { name: 'loss' }))
  return { graph: builder.finish(), inputs, of }
}

function emptyGraph(opset: number): Graph {
  return { name: 'case', opset, inputs: [], outputs: [], nodes: [], weights: {}, metadata: {} }
}

interface Spread {
  readonly range: readonly [number, number]
  readonly kinks: readonly number[]
  readonly place: number
  readonly seed: number
}

/** Numbers in the range in random order, no two of them near each other, none near a kink. */
function spreadOut(shape: readonly number[], { range: [low, high], kinks, place, seed }: Spread): Tensor {
  const count = elements(shape)
  const order = random(seed, 'spread', place, count).shuffle(Array.from({ length: count }, (_, at) => at))
  const offset = ((place * 7) % 5) / 11 + 0.3
  const values = order.map(at => low + ((high - low) * (at + offset)) / count)
  const away = (x: number): number => (kinks.some(kink => Math.abs(x - kink) < 0.01) ? x + 0.02 : x)
  return tensor('float64', shape, Float64Array.from(values, away))
}

function converted({ shape, data }: Tensor, dtype: Dtype): Tensor {
  const numbers = data as ArrayLike<number>
  return tensor(dtype, shape, dtype === 'float32' ? Float32Array.from(numbers) : Float64Array.from(numbers))
}
