import { float32, int64, type Tensor, tensor } from '../core/index.ts'
import {
  append,
  type Builder,
  build,
  defaultOpset,
  dtypeCodes,
  type Graph,
  int,
  type Operator,
  operators,
  reduceOver,
  renameValues,
} from '../graph/index.ts'
import type { Contract } from '../imaging/index.ts'
import { imageInput } from '../models/index.ts'
import type { Change } from './change.ts'

/** The input that tells what happens to each film: float32 [N, 10], rows as `changeRows` makes them. */
export const changesInput = 'changes'
/** The value that holds the changed images: float32 [N, C, S, S]. */
export const augmentedOutput = 'augmented'

/** `margin`: how far outside of the film a place may lie, 0 where the nearest pixel counts, else 1. */
const columns = { across: 0, down: 3, contrast: 6, brightness: 7, outside: 8, margin: 9 } as const
const width = 10

/** Changes as the graph takes them: one row a film. */
export function changeRows(changes: readonly Change[]): Tensor {
  const rows = changes.flatMap(({ across, down, contrast, brightness, outside }) => [
    ...across,
    ...down,
    contrast,
    brightness,
    ...(outside === 'nearest' ? [0, 0] : [outside, 1]),
  ])
  return float32([changes.length, width], rows)
}

/** The graph with augmentation before its input `image`. It takes `changes` as well. */
export function withAugmentation(graph: Graph, contract: Contract): Graph {
  const first = augmentationGraph(contract, graph.opset)
  const inner = [...Object.keys(first.weights), ...first.nodes.flatMap(({ outputs }) => outputs)]
  // Names of the graph must stay: others know its values by them.
  const apart = renameValues(first, Object.fromEntries(inner.map(name => [name, `augmentation/${name}`])))
  return { ...append(apart, graph, { [imageInput]: `augmentation/${augmentedOutput}` }), name: graph.name }
}

/** Augmentation as a graph of its own: images [N, C, S, S] and changes [N, 10] → images. @param opset 13 or newer */
export function augmentationGraph(contract: Contract, opset: number = defaultOpset): Graph {
  const { size, channels } = contract
  const empty = { inputs: [], outputs: [], nodes: [], weights: {}, metadata: {} }
  const builder = build('augmentation', { name: 'augmentation', opset, ...empty })
  const images = builder.input({ name: imageInput, dtype: 'float32', shape: ['N', channels, size, size] })
  const changes = builder.input({ name: changesInput, dtype: 'float32', shape: ['N', width] })
  const augmented = augmentationNodes(builder, contract, images, changes)
  builder.output(builder.node('Identity', [augmented], {}, { name: augmentedOutput }))
  return builder.finish()
}

/**
 * What `Change` says, on the network's own tensor: images [N, C, S, S] that the contract has normalised, and changes [N, 10]. Made
 * of plain operators that ONNX Runtime has on the CPU, on CUDA and on WebGPU alike, so that films can stay on the device.
 * Coordinates are sums of products and no matrix product, which a GPU may round to ten bits.
 *
 * @returns the value that holds the changed images, of the same shape
 */
function augmentationNodes(builder: Builder, contract: Contract, images: string, changes: string): string {
  const { size, channels } = contract
  const operator = operators(builder)
  const integers = (...values: readonly number[]): string => builder.constant(int64([values.length], values))
  /** One column of the changes, [N, 1, 1]. */
  const column = (at: number): string =>
    operator('Unsqueeze', operator('Slice', changes, integers(at), integers(at + 1), integers(1)), integers(1))
  /** A value a channel, [1, C, 1]. */
  const eachChannel = (values: readonly number[]): string => builder.constant(float32([1, channels, 1], values))
  const black = contract.mean.map((mean, c) => (contract.range[0] - mean) / contract.deviation[c]!)
  const span = contract.deviation.map(deviation => (contract.range[1] - contract.range[0]) / deviation)

  const outside = operator('Add', operator('Mul', column(columns.outside), eachChannel(span)), eachChannel(black))
  const moved = sample({ builder, operator, integers, column, outside, size, channels }, images)
  const mean = reduceOver(builder, 'ReduceMean', moved, [2], { keepdims: true })
  const spread = operator('Mul', operator('Sub', moved, mean), column(columns.contrast))
  const lighter = operator('Mul', column(columns.brightness), eachChannel(span))
  const shaded = operator('Add', operator('Add', spread, mean), lighter)
  const white = black.map((value, c) => value + span[c]!)
  const bounds = (pick: (a: number, b: number) => number): string =>
    eachChannel(black.map((value, c) => pick(value, white[c]!)))
  const bounded = operator('Max', operator('Min', shaded, bounds(Math.max)), bounds(Math.min))
  return operator('Reshape', bounded, integers(0, channels, size, size))
}

interface Sampling {
  readonly builder: Builder
  readonly operator: Operator
  readonly integers: (...values: readonly number[]) => string
  readonly column: (at: number) => string
  readonly outside: string
  readonly size: number
  readonly channels: number
}

/** [N, C, S, S] → [N, C, S·S]: each pixel from where it came from. */
function sample(at: Sampling, images: string): string {
  const { builder, operator, integers, outside, size, channels } = at
  // A frame of one pixel that counts as outside, so that all that is asked for is there.
  const framed = size + 2
  const flat = operator('Reshape', images, integers(0, channels, size * size))
  const centred = operator('Reshape', operator('Sub', flat, outside), integers(0, channels, size, size))
  const padded = operator('Pad', centred, integers(0, 0, 1, 1, 0, 0, 1, 1))
  const source = operator('Reshape', padded, integers(0, channels, framed * framed))

  const [left, right] = place(at, columns.across)
  const [top, down] = place(at, columns.down)
  const whole = (value: string): string => builder.node('Cast', [value], { to: int(dtypeCodes.int32) })
  const stride = builder.constant(tensor('int32', [], Int32Array.of(framed)))
  const first = operator('Add', operator('Mul', whole(top), stride), whole(left))
  const pixel = (further: number): string => {
    const index =
      further === 0 ? first : operator('Add', first, builder.constant(tensor('int32', [], Int32Array.of(further))))
    const everyChannel = operator('Expand', index, integers(1, channels, 1))
    return builder.node('GatherElements', [source, everyChannel], { axis: int(2) })
  }
  const between = (a: string, b: string, share: string): string =>
    operator('Add', a, operator('Mul', operator('Sub', b, a), share))
  const upper = between(pixel(0), pixel(1), right)
  const lower = between(pixel(framed), pixel(framed + 1), right)
  return operator('Add', between(upper, lower, down), outside)
}

/** One coordinate of where pixels came from, in the framed image: its whole part and the rest, each [N, 1, S·S]. */
function place({ builder, operator, column, size }: Sampling, from: number): readonly [whole: string, rest: string] {
  const grid = (of: (i: number) => number): string =>
    builder.constant(
      float32(
        [1, 1, size * size],
        Float32Array.from({ length: size * size }, (_, i) => of(i)),
      ),
    )
  const x = operator(
    'Mul',
    column(from),
    grid(i => i % size),
  )
  const y = operator(
    'Mul',
    column(from + 1),
    grid(i => Math.floor(i / size)),
  )
  const wanted = operator('Add', operator('Add', x, y), column(from + 2))
  // Whatever lies further outside is no other than the frame.
  const margin = column(columns.margin)
  const inside = operator('Max', operator('Min', wanted, operator('Add', margin, size - 1)), operator('Neg', margin))
  const framed = operator('Add', inside, 1)
  const whole = operator('Min', operator('Floor', framed), size)
  return [whole, operator('Sub', framed, whole)]
}
