import { int64 } from '../../core/index.ts'
import { type Builder, int, intOf, ints, intsOf, type Node, stringOf } from '../../graph/index.ts'
import { nodeNamed } from './node-named.ts'
import type { RewriteContext } from './rewrites.ts'

/**
 * Whether ONNX Runtime's WebGPU would compute a transposed convolution wrongly: in several groups, it answers with other numbers
 * than every other engine (seen in 1.30).
 */
function isGrouped(node: Node): boolean {
  return node.op === 'ConvTranspose' && intOf(node, 'group', 1) > 1
}

/** Whether it is one of those, and padded in a way that is not written here: it has to be refused. */
export function isGroupedWithoutPads(node: Node): boolean {
  const automatic = stringOf(node, 'auto_pad', 'NOTSET') !== 'NOTSET'
  return isGrouped(node) && (automatic || node.attributes['output_shape'] !== undefined)
}

/**
 * A transposed convolution in groups as a convolution of the spread input: zeros between its numbers, as many as the stride
 * leaves, and round it, and the weight turned round.
 */
export function groupedConvTranspose({ builder, node }: RewriteContext): boolean {
  if (!isGrouped(node)) return false
  const [x, weight, ...bias] = node.inputs as readonly [string, string, ...string[]]
  const [, perGroup = 0, ...kernel] = builder.valueOf(weight).shape.map(Number)
  const each = kernel.map(() => 1)
  const strides = intsOf(node, 'strides') ?? each
  const dilations = intsOf(node, 'dilations') ?? each
  const pads = intsOf(node, 'pads') ?? [...kernel, ...kernel].map(() => 0)
  const more = intsOf(node, 'output_padding') ?? each.map(() => 0)
  const reach = kernel.map((size, axis) => (size - 1) * dilations[axis]!)
  const before = reach.map((size, axis) => size - pads[axis]!)
  // Spreading leaves zeros behind the last number too: they count for what lies behind it.
  const after = reach.map((size, axis) => size - pads[axis + kernel.length]! + more[axis]! - (strides[axis]! - 1))
  const group = intOf(node, 'group', 1)
  const padded = padOrCut(builder, spread(builder, x, strides), before, after)
  nodeNamed(builder, node.outputs[0]!, 'Conv', [padded, turned(builder, weight, group, perGroup), ...bias], {
    kernel_shape: ints(kernel),
    dilations: ints(dilations),
    group: int(group),
  })
  return true
}

/** [N, C, A, …] → [N, C, A·s, …] with s − 1 zeros behind each number. */
function spread(builder: Builder, x: string, strides: readonly number[]): string {
  if (strides.every(stride => stride === 1)) return x
  const [, channels = 0, ...sizes] = builder.valueOf(x).shape.map(Number)
  const apart = builder.node('Reshape', [x, integers(builder, [0, channels, ...sizes.flatMap(size => [size, 1])])])
  const zeros = [0, 0, ...strides.flatMap(stride => [0, stride - 1])]
  const filled = builder.node('Pad', [apart, integers(builder, [...zeros.map(() => 0), ...zeros])])
  const wide = sizes.map((size, axis) => size * strides[axis]!)
  return builder.node('Reshape', [filled, integers(builder, [0, channels, ...wide])])
}

/** Zeros at both ends of the spatial axes; a count below zero takes numbers away. */
function padOrCut(builder: Builder, x: string, before: readonly number[], after: readonly number[]): string {
  const { shape } = builder.valueOf(x)
  const zeros = (counts: readonly number[]): readonly number[] => [0, 0, ...counts.map(count => Math.max(0, count))]
  const padded = builder.node('Pad', [x, integers(builder, [...zeros(before), ...zeros(after)])])
  if ([...before, ...after].every(count => count >= 0)) return padded
  const sizes = builder.valueOf(padded).shape.slice(2).map(Number)
  const starts = before.map(count => Math.max(0, -count))
  const ends = sizes.map((size, axis) => size - Math.max(0, -after[axis]!))
  const axes = shape.slice(2).map((_, axis) => axis + 2)
  return builder.node('Slice', [padded, ...[starts, ends, axes].map(values => integers(builder, values))])
}

/** [C, M/group, …] → [M, C/group, …], with each spatial axis turned round. */
function turned(builder: Builder, weight: string, group: number, perGroup: number): string {
  const [channels = 0, , ...kernel] = builder.valueOf(weight).shape.map(Number)
  const axes = kernel.map((_, axis) => axis + 2)
  const all = [axes.map(() => -1), axes.map(() => -(2 ** 31)), axes, axes.map(() => -1)]
  const back = builder.node('Slice', [weight, ...all.map(values => integers(builder, values))])
  const apart = builder.node('Reshape', [back, integers(builder, [group, channels / group, perGroup, ...kernel])])
  const swapped = builder.node('Transpose', [apart], { perm: ints([0, 2, 1, ...axes.map(axis => axis + 1)]) })
  return builder.node('Reshape', [swapped, integers(builder, [group * perGroup, channels / group, ...kernel])])
}

function integers(builder: Builder, values: readonly number[]): string {
  return builder.constant(int64([values.length], values))
}
