import { array, generate, type NdArray, offsetOf, stridesOf } from './array.ts'
import { broadcastShape, stretched } from './broadcast.ts'
import type { Call, ReferenceOp, ReferenceOps } from './call.ts'

interface Statistics {
  readonly mean: number
  /** Mean of the squared distances from the mean. */
  readonly variance: number
}

function statisticsOf(numbers: readonly number[]): Statistics {
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length
  return { mean, variance: numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length }
}

/** Mean and variance of the numbers that `groupOf` puts together, by group. */
function statisticsBy(
  x: NdArray,
  groups: number,
  groupOf: (index: readonly number[]) => number,
): readonly Statistics[] {
  const members = Array.from({ length: groups }, (): number[] => [])
  const strides = stridesOf(x.shape)
  generate(x.dtype, x.shape, index => members[groupOf(index)]!.push(x.data[offsetOf(index, strides)]!))
  return members.map(statisticsOf)
}

/** (x − mean) / √(variance + ε) · scale + bias, with the statistics of each number's group. */
function normalised(
  call: Call,
  statistics: readonly Statistics[],
  groupOf: (index: readonly number[]) => number,
  [scale, bias]: readonly [at: (index: readonly number[]) => number, at: (index: readonly number[]) => number],
): NdArray {
  const x = call.input(0)
  const epsilon = call.float('epsilon', 1e-5)
  const strides = stridesOf(x.shape)
  return generate(x.dtype, x.shape, index => {
    const { mean, variance } = statistics[groupOf(index)]!
    return ((x.data[offsetOf(index, strides)]! - mean) / Math.sqrt(variance + epsilon)) * scale(index) + bias(index)
  })
}

const channelOf = (index: readonly number[]): number => index[1]!
const perChannel =
  (value: NdArray) =>
  (index: readonly number[]): number =>
    value.data[index[1]!]!

/** With fixed statistics; in training mode with those of the batch, which also move the fixed ones. */
const batchNormalization: ReferenceOp = call => {
  const x = call.input(0)
  const [mean, variance] = [call.input(3), call.input(4)]
  const fixed = Array.from(mean.data, (value, channel) => ({ mean: value, variance: variance.data[channel]! }))
  const training = call.int('training_mode', 0) === 1
  const statistics = training ? statisticsBy(x, x.shape[1]!, channelOf) : fixed
  const y = normalised(call, statistics, channelOf, [perChannel(call.input(1)), perChannel(call.input(2))])
  if (!training) return y
  const momentum = call.float('momentum', 0.9)
  const moved = (old: NdArray, now: (of: Statistics) => number): NdArray =>
    array(
      old.dtype,
      old.shape,
      Array.from(old.data, (value, channel) => momentum * value + (1 - momentum) * now(statistics[channel]!)),
    )
  return [y, moved(mean, of => of.mean), moved(variance, of => of.variance)]
}

const instanceNormalization: ReferenceOp = call => {
  const x = call.input(0)
  const [images, channels] = [x.shape[0]!, x.shape[1]!]
  const groupOf = (index: readonly number[]): number => index[0]! * channels + index[1]!
  const statistics = statisticsBy(x, images * channels, groupOf)
  return normalised(call, statistics, groupOf, [perChannel(call.input(1)), perChannel(call.input(2))])
}

/** Scale and bias have one number a group in operator set 18, one a channel since 21. */
const groupNormalization: ReferenceOp = call => {
  const x = call.input(0)
  const groups = call.int('num_groups', 1)
  const each = x.shape[1]! / groups
  const groupOf = (index: readonly number[]): number => index[0]! * groups + Math.floor(index[1]! / each)
  const statistics = statisticsBy(x, x.shape[0]! * groups, groupOf)
  const placeOf = (index: readonly number[]): number => (call.opset >= 21 ? index[1]! : Math.floor(index[1]! / each))
  const look =
    (value: NdArray) =>
    (index: readonly number[]): number =>
      value.data[placeOf(index)]!
  return normalised(call, statistics, groupOf, [look(call.input(1)), look(call.input(2))])
}

/** Over all axes from `axis` on; scale and bias stretch to the value's shape. The statistics follow as outputs. */
const layerNormalization: ReferenceOp = call => {
  const x = call.input(0)
  const given = call.int('axis', -1)
  const axis = given < 0 ? given + x.shape.length : given
  const kept = x.shape.map((size, at) => (at < axis ? size : 1))
  const strides = stridesOf(kept).map((stride, at) => (at < axis ? stride : 0))
  const groupOf = (index: readonly number[]): number => offsetOf(index, strides)
  const statistics = statisticsBy(
    x,
    kept.reduce((product, size) => product * size, 1),
    groupOf,
  )
  const look = (value: NdArray | undefined, otherwise: number): ((index: readonly number[]) => number) =>
    value === undefined ? () => otherwise : stretched(value, broadcastShape(x.shape, value.shape))
  const y = normalised(call, statistics, groupOf, [look(call.input(1), 1), look(call.inputs[2], 0)])
  const epsilon = call.float('epsilon', 1e-5)
  return [
    y,
    array(
      x.dtype,
      kept,
      statistics.map(({ mean }) => mean),
    ),
    array(
      x.dtype,
      kept,
      statistics.map(({ variance }) => 1 / Math.sqrt(variance + epsilon)),
    ),
  ]
}

export const normalization: ReferenceOps = {
  BatchNormalization: batchNormalization,
  GroupNormalization: groupNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
}
