import { elements, int64, type Tensor, tensor } from '../../core/index.ts'
import { type Builder, dtypeCodes, int, intsOf, type Node, windowOf } from '../../graph/index.ts'
import { nodeNamed } from './node-named.ts'
import type { RewriteContext } from './rewrites.ts'

/** No number of a film is below it. Minus infinity is no number that a shader must know. */
const lowest = -3.4e38

/**
 * A maximum pooling and the place of each window's first maximum, counted through the whole input: from the window's last place
 * to its first, where the number there is the maximum, its place is taken. Places are 32-bit integers, which the device computes
 * with; ONNX's own 64-bit ones are made only where they leave the graph.
 */
export function maxPoolWithPlaces({ builder, node, outputs }: RewriteContext): boolean {
  // The pooling itself is on the device.
  if ((node.outputs[1] ?? '') === '') return false
  const [x, y, places] = [node.inputs[0]!, node.outputs[0]!, node.outputs[1]!]
  nodeNamed(builder, y, 'MaxPool', [x], node.attributes)
  const { input, output, seen } = windows(builder, node)
  let inImage: string | undefined
  for (const { part, starts, strides } of seen.toReversed()) {
    const here = builder.constant(placesOf(input, output, starts, strides))
    inImage = inImage === undefined ? here : builder.node('Where', [builder.node('Equal', [part, y]), here, inImage])
  }
  const place = builder.node('Add', [inImage!, imageStarts(builder, x, elements(input))])
  const leaves = outputs.has(places)
  nodeNamed(builder, places, leaves ? 'Cast' : 'Identity', [place], leaves ? { to: int(dtypeCodes.int64) } : {})
  return true
}

interface Seen {
  /** What stands at one place of every window. */
  readonly part: string
  /** Where the first window has that place, before the padding is counted: it may be negative. */
  readonly starts: readonly number[]
  readonly strides: readonly number[]
}

function windows(
  builder: Builder,
  node: Node,
): { readonly input: readonly number[]; readonly output: readonly number[]; readonly seen: readonly Seen[] } {
  const [x, y] = [node.inputs[0]!, node.outputs[0]!]
  const input = builder.valueOf(x).shape.slice(2).map(Number)
  const output = builder.valueOf(y).shape.slice(2).map(Number)
  const { kernel, strides, dilations, pads } = windowOf(node, intsOf(node, 'kernel_shape') ?? [], input)!
  const before = pads.slice(0, kernel.length)
  const last = (axis: number): number => (output[axis]! - 1) * strides[axis]! + 1
  const after = kernel.map((size, axis) =>
    Math.max(0, last(axis) + (size - 1) * dilations[axis]! - input[axis]! - before[axis]!),
  )
  const padded = [...before, ...after].some(pad => pad > 0)
    ? builder.node('Pad', [x, integers(builder, [0, 0, ...before, 0, 0, ...after]), builder.constant(lowestNumber)])
    : x
  const axes = kernel.map((_, axis) => axis + 2)
  const seen = placesIn(kernel).map((place): Seen => {
    const starts = place.map((at, axis) => at * dilations[axis]!)
    const ends = starts.map((start, axis) => start + last(axis))
    const slice = [starts, ends, axes, strides].map(each => integers(builder, each))
    return {
      part: builder.node('Slice', [padded, ...slice]),
      starts: starts.map((start, axis) => start - before[axis]!),
      strides,
    }
  })
  return { input, output, seen }
}

const lowestNumber: Tensor = tensor('float32', [], Float32Array.of(lowest))

/** Every place of a kernel, row-major. */
function placesIn(kernel: readonly number[]): readonly (readonly number[])[] {
  return kernel.reduce<readonly (readonly number[])[]>(
    (places, size) => places.flatMap(place => Array.from({ length: size }, (_, at) => [...place, at])),
    [[]],
  )
}

/** int32 [1, 1, …output]: where in its image each window has one place. */
function placesOf(
  input: readonly number[],
  output: readonly number[],
  starts: readonly number[],
  strides: readonly number[],
): Tensor {
  const places = placesIn(output).map(window =>
    window.reduce((sum, at, axis) => sum * input[axis]! + starts[axis]! + at * strides[axis]!, 0),
  )
  return tensor('int32', [1, 1, ...output], Int32Array.from(places))
}

/** int32 [N, C, 1, …]: how many numbers come before each image of the batch. */
function imageStarts(builder: Builder, x: string, size: number): string {
  const [rows, channels, ...spatial] = builder.valueOf(x).shape
  const narrow = spatial.map(() => 1)
  const axes = [channels, ...spatial].map((_, axis) => axis + 1)
  const first = builder.node('Slice', [
    x,
    ...[axes.map(() => 0), axes.map(() => 1), axes].map(each => integers(builder, each)),
  ])
  const one = builder.constant(tensor('float32', [], Float32Array.of(1)))
  const ones = builder.node('Expand', [one, builder.node('Shape', [first])])
  const before = nodeNamed(
    builder,
    builder.fresh('CumSum'),
    'CumSum',
    [ones, builder.constant(int64([], [0]))],
    { exclusive: int(1) },
    { dtype: 'float32', shape: [rows ?? '?', 1, ...narrow] },
  )
  const whole = builder.node('Cast', [before], { to: int(dtypeCodes.int32) })
  const count = Number(channels)
  const perRow = builder.constant(tensor('int32', [], Int32Array.of(count * size)))
  const channelStarts = tensor(
    'int32',
    [1, count, ...narrow],
    Int32Array.from({ length: count }, (_, c) => c * size),
  )
  return builder.node('Add', [builder.node('Mul', [whole, perRow]), builder.constant(channelStarts)])
}

function integers(builder: Builder, values: readonly number[]): string {
  return builder.constant(int64([values.length], values))
}
