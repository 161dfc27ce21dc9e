import type { Dtype, Tensor } from '../core/index.ts'
import { elements, float32, int64, tensor } from '../core/index.ts'
import { float, int, ints, string_, tensorAttribute } from './attributes.ts'
import type { Builder } from './builder.ts'
import { build, defaultOpset } from './builder.ts'
import type { Attributes, Graph, Shape } from './graph.ts'
import { scalarFunctions } from './scalar/scalar-functions.ts'

/** A weight of the shape, filled with small numbers. */
export function filled(...shape: readonly number[]): Tensor {
  return float32(
    shape,
    Float32Array.from({ length: elements(shape) }, (_, i) => ((i * 7) % 11) / 10 - 0.4),
  )
}

interface Case {
  readonly op: string
  readonly inputs: readonly (Shape | Tensor | '' | { readonly dtype: Dtype; readonly shape: Shape })[]
  readonly attributes?: Attributes
  readonly outputs?: number
  readonly opset?: number
}

const image: Shape = ['N', 4, 9, 8]
const image2: Shape = ['N', 3, 16, 16]
const longs = (...values: number[]): Tensor => int64([values.length], values)
const bools = (shape: Shape): { dtype: Dtype; shape: Shape } => ({ dtype: 'bool', shape })

const cases: readonly Case[] = [
  { op: 'Conv', inputs: [image, filled(6, 4, 3, 3), filled(6)], attributes: { pads: ints([1, 1, 1, 1]) } },
  {
    op: 'Conv',
    inputs: [image, filled(8, 2, 3, 2)],
    attributes: { group: int(2), strides: ints([2, 3]), dilations: ints([2, 1]), pads: ints([0, 1, 2, 0]) },
  },
  {
    op: 'Conv',
    inputs: [image, filled(6, 4, 3, 3)],
    attributes: { auto_pad: string_('SAME_UPPER'), strides: ints([2, 2]) },
  },
  { op: 'Conv', inputs: [['N', 4, 'H', 'W'], filled(6, 4, 3, 3)], attributes: { strides: ints([2, 2]) } },
  {
    op: 'ConvTranspose',
    inputs: [image, filled(4, 3, 3, 3)],
    attributes: { group: int(2), strides: ints([2, 2]), pads: ints([1, 0, 1, 1]), output_padding: ints([1, 0]) },
  },
  { op: 'MaxPool', inputs: [image], attributes: { kernel_shape: ints([3, 3]), strides: ints([2, 2]) } },
  {
    op: 'MaxPool',
    inputs: [image],
    attributes: { kernel_shape: ints([2, 2]), strides: ints([2, 2]), ceil_mode: int(1) },
    outputs: 2,
  },
  { op: 'AveragePool', inputs: [image], attributes: { kernel_shape: ints([3, 2]), pads: ints([1, 0, 1, 1]) } },
  { op: 'AveragePool', inputs: [image], attributes: { kernel_shape: ints([3, 3]), auto_pad: string_('SAME_LOWER') } },
  { op: 'GlobalAveragePool', inputs: [image] },
  { op: 'GlobalMaxPool', inputs: [image] },
  { op: 'BatchNormalization', inputs: [image, filled(4), filled(4), filled(4), filled(4)] },
  { op: 'Gemm', inputs: [['N', 5], filled(5, 7), filled(7)] },
  {
    op: 'Gemm',
    inputs: [[5, 'N'], filled(7, 5), filled(1, 7)],
    attributes: { transA: int(1), transB: int(1), alpha: float(0.5) },
  },
  { op: 'MatMul', inputs: [['N', 3, 4, 5], filled(5, 6)] },
  { op: 'MatMul', inputs: [['N', 1, 4, 5], filled(3, 5, 6)] },
  { op: 'MatMul', inputs: [filled(5), ['N', 5, 6]] },
  ...['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Pow'].map(op => ({ op, inputs: [image, filled(4, 1, 1)] })),
  {
    op: 'Add',
    inputs: [
      ['N', 1, 5],
      ['N', 4, 1],
    ],
  },
  ...['Sign', 'Identity', 'Softmax', 'Floor', 'Ceil', 'Round', 'LogSoftmax'].map(op => ({ op, inputs: [image] })),
  ...Object.entries(scalarFunctions).map(([op, { since }]) => ({ op, inputs: [image], opset: since ?? defaultOpset })),
  {
    op: 'BatchNormalization',
    inputs: [image, filled(4), filled(4), filled(4), filled(4)],
    attributes: { training_mode: int(1) },
    outputs: 3,
  },
  { op: 'LayerNormalization', inputs: [image, filled(9, 8)], attributes: { axis: int(2) }, outputs: 3 },
  { op: 'GroupNormalization', inputs: [image, filled(4), filled(4)], attributes: { num_groups: int(2) }, opset: 21 },
  {
    op: 'Einsum',
    inputs: [
      ['N', 3, 4],
      ['N', 5, 4],
    ],
    attributes: { equation: string_('bid,bjd->bij') },
  },
  {
    op: 'Einsum',
    inputs: [
      ['N', 3, 4],
      [4, 5],
    ],
    attributes: { equation: string_('...d,de->...e') },
  },
  { op: 'CumSum', inputs: [image, int64([], [1])] },
  { op: 'Trilu', inputs: [image] },
  { op: 'Mean', inputs: [image, filled(8)] },
  { op: 'Mod', inputs: [image, filled(8)], attributes: { fmod: int(1) } },
  { op: 'Xor', inputs: [bools(image), bools([8])] },
  { op: 'NonZero', inputs: [image] },
  { op: 'DepthToSpace', inputs: [image], attributes: { blocksize: int(2) } },
  { op: 'SpaceToDepth', inputs: [image2], attributes: { blocksize: int(4) } },
  ...['ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp'].map(op => ({
    op,
    inputs: [image],
    attributes: { axes: ints([1, -1]) },
  })),
  { op: 'Resize', inputs: [image2, '', float32([4], [1, 1, 0.4, 2.5])] },
  {
    op: 'Resize',
    inputs: [image2, '', '', longs(20, 9)],
    attributes: { axes: ints([2, 3]), keep_aspect_ratio_policy: string_('not_larger') },
    opset: 19,
  },
  { op: 'LRN', inputs: [image], attributes: { size: int(3) } },
  { op: 'InstanceNormalization', inputs: [image, filled(4), filled(4)] },
  { op: 'LayerNormalization', inputs: [image, filled(8), filled(8)] },
  { op: 'Clip', inputs: [image, '', float32([], [6])] },
  { op: 'Dropout', inputs: [image], outputs: 2 },
  { op: 'PRelu', inputs: [image, filled(4, 1, 1)] },
  ...['Equal', 'Greater', 'Less', 'GreaterOrEqual', 'LessOrEqual'].map(op => ({
    op,
    inputs: [image, float32([], [0])],
  })),
  { op: 'Not', inputs: [bools(image)] },
  { op: 'And', inputs: [bools(image), bools(['N', 4, 1, 8])] },
  { op: 'Or', inputs: [bools(image), bools([8])] },
  { op: 'Where', inputs: [bools(['N', 4, 1, 1]), image, float32([], [0])] },
  { op: 'Cast', inputs: [image], attributes: { to: int(11) } },
  { op: 'Concat', inputs: [image, ['N', 2, 9, 8]], attributes: { axis: int(1) } },
  { op: 'Concat', inputs: [image, image], attributes: { axis: int(-1) } },
  { op: 'Split', inputs: [image, longs(1, 3)], attributes: { axis: int(1) }, outputs: 2 },
  { op: 'Split', inputs: [image], attributes: { axis: int(1) }, outputs: 2 },
  { op: 'Pad', inputs: [image, longs(0, 0, 1, 2, 0, 0, 3, 0)] },
  { op: 'Reshape', inputs: [image, longs(-1, 288)] },
  { op: 'Reshape', inputs: [image, longs(0, 2, -1)] },
  { op: 'Flatten', inputs: [image] },
  { op: 'Flatten', inputs: [image], attributes: { axis: int(-2) } },
  { op: 'Transpose', inputs: [image], attributes: { perm: ints([0, 2, 3, 1]) } },
  { op: 'Transpose', inputs: [image] },
  { op: 'ReduceMean', inputs: [image], attributes: { axes: ints([2, -1]) } },
  { op: 'ReduceMax', inputs: [image], attributes: { axes: ints([1]), keepdims: int(0) } },
  { op: 'ReduceSum', inputs: [image, longs(1, 2)], attributes: { keepdims: int(0) } },
  { op: 'ReduceSum', inputs: [image] },
  { op: 'ReduceSumSquare', inputs: [image], attributes: { axes: ints([0]), keepdims: int(0) } },
  { op: 'ReduceMin', inputs: [image] },
  { op: 'ReduceProd', inputs: [image], attributes: { axes: ints([1]) } },
  { op: 'ArgMin', inputs: [image] },
  { op: 'Size', inputs: [image] },
  { op: 'Sum', inputs: [image, filled(4, 1, 1), image] },
  { op: 'ScatterND', inputs: [[3, 4], int64([2, 1], [0, 2]), filled(2, 4)] },
  { op: 'ArgMax', inputs: [image], attributes: { axis: int(1), keepdims: int(0) } },
  { op: 'Squeeze', inputs: [['N', 4, 1, 1], longs(2, -1)] },
  { op: 'Unsqueeze', inputs: [image, longs(0, -1)] },
  { op: 'Expand', inputs: [['N', 4, 1, 1], longs(1, 1, 5, 6)] },
  { op: 'Tile', inputs: [image, longs(1, 2, 3, 1)] },
  { op: 'Slice', inputs: [image, longs(1, -3), longs(1000, 2 ** 31), longs(1, 2), longs(2, 1)] },
  { op: 'Slice', inputs: [image, longs(-1), longs(-1000), longs(3), longs(-2)] },
  { op: 'Gather', inputs: [image, int64([2, 3], [0, 1, 2, 3, 0, 1])], attributes: { axis: int(1) } },
  { op: 'GatherElements', inputs: [[3, 4], int64([2, 4], [0, 1, 2, 0, 1, 2, 0, 1])] },
  { op: 'GatherND', inputs: [[3, 4, 5], int64([2, 2], [0, 1, 2, 3])] },
  {
    op: 'ScatterElements',
    inputs: [[3, 4], int64([1, 2], [0, 1]), filled(1, 2)],
    attributes: { reduction: string_('add') },
  },
  { op: 'Shape', inputs: [image] },
  { op: 'Shape', inputs: [image], attributes: { start: int(1), end: int(-1) } },
  {
    op: 'ConstantOfShape',
    inputs: [longs(2, 3)],
    attributes: { value: tensorAttribute(tensor('int64', [1], BigInt64Array.of(7n))) },
  },
  { op: 'Constant', inputs: [], attributes: { value: tensorAttribute(filled(2, 3)) } },
  { op: 'Range', inputs: [int64([], [1]), int64([], [10]), int64([], [4])] },
  { op: 'Resize', inputs: [image2, '', '', longs(1, 3, 32, 8)] },
]

function oneNode({ op, inputs, attributes = {}, outputs = 1, opset = defaultOpset }: Case, number: number): Graph {
  const empty = { name: '', opset, inputs: [], outputs: [], nodes: [], weights: {}, metadata: {} }
  const b = build(`${op} ${number}`, empty)
  const names = inputs.map((given, i) => {
    if (given === '') return ''
    if ('data' in given) return b.weight(`w${i}`, given)
    return 'shape' in given
      ? b.input({ name: `x${i}`, ...given })
      : b.input({ name: `x${i}`, dtype: 'float32', shape: given })
  })
  for (const name of b.nodes(op, names, attributes, outputs)) b.output(name)
  return b.finish()
}

/** Sizes that are computed: `x.reshape(x.shape[0], -1, x.shape[3] * 2)` as exporters write it. */
function computedReshape(): Graph {
  const b: Builder = build('computed reshape')
  const x = b.input({ name: 'x', dtype: 'float32', shape: ['N', 4, 6, 8] })
  const shape = b.node('Shape', [x])
  const batch = b.node('Gather', [shape, b.constant(int64([], [0]))])
  const width = b.node('Gather', [shape, b.constant(int64([], [3]))])
  const doubled = b.node('Mul', [width, b.constant(int64([], [2]))])
  const parts = [batch, b.constant(int64([], [-1])), doubled].map(size => {
    const axes = b.constant(longs(0))
    return b.node('Unsqueeze', [size, axes])
  })
  b.output(b.node('Reshape', [x, b.node('Concat', parts, { axis: int(0) })], {}, { name: 'y' }))
  return b.finish()
}

/** A small graph for every operator that we know, and one of computed sizes. */
export function operatorZoo(): readonly Graph[] {
  return [...cases.map(oneNode), computedReshape()]
}
