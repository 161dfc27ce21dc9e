import { elements, floats, type Tensor, tensor } from '../../core/index.ts'
import { adjustRounding, type Variation } from './adjust-rounding.ts'
import { leastScale } from './range.ts'

/** A convolution's weight in whole numbers: filter f is `scales[f] · data`. */
export interface QuantisedFilters {
  /** int8, in the weight's own shape. */
  readonly weight: Tensor
  /** One a filter, float32. */
  readonly scales: Float32Array
}

/**
 * Which products a processor without VNNI adds up in 16 bits before it adds them to the rest. Two products of a uint8 and an
 * int8 that leave 16 bits are cut off there, and the result differs from that of other processors.
 */
export type Pairing =
  /** None: depthwise kernels widen first. */
  | 'none'
  /** Channels 2i and 2i + 1 of one place of the window. */
  | 'channels'
  /** Any two weights of a filter may meet. */
  | 'any'

/** The most that two weights of one sign may add up to: 255 · 128 is the last that fits into 16 bits. */
const mostOfPair = 128

/** How ONNX Runtime's kernels pair the weights of a convolution: along the channels, which lie next to each other there. */
export function pairingOf(weight: Tensor, group: number): Pairing {
  const [filters = 1, channels = 1] = weight.shape
  if (group > 1 && channels === 1 && filters === group) return 'none'
  return channels % 2 === 0 ? 'channels' : 'any'
}

/**
 * Rounds a float32 weight [F, C, …] to int8, symmetric about 0, with a scale for each filter: the largest number becomes 127, or
 * less where a pair would leave 16 bits.
 *
 * @param least the smallest scale that each filter may take
 * @param variation of the inputs, where errors may cancel; without it each weight is rounded to the nearest step
 */
export function quantiseFilters(
  weight: Tensor,
  pairing: Pairing,
  least: Float64Array,
  variation?: Variation,
): QuantisedFilters {
  const [filters = 1, channels = 1] = weight.shape
  const values = floats(weight)
  const size = values.length / filters
  const area = size / channels
  const data = new Int8Array(values.length)
  const scales = new Float32Array(filters)
  for (let f = 0; f < filters; f++) {
    const filter = values.subarray(f * size, (f + 1) * size)
    const rounded = data.subarray(f * size, (f + 1) * size)
    const finest = Math.max(largest(filter) / 127, least[f] ?? 0)
    scales[f] = finest < leastScale ? 1 : finest
    for (;;) {
      for (let i = 0; i < size; i++) rounded[i] = Math.round(filter[i]! / scales[f]!)
      const worst = worstPair(rounded, pairing, area)
      if (worst <= mostOfPair) break
      scales[f] = scales[f]! * (worst / mostOfPair)
    }
    if (variation !== undefined && pairing !== 'any') adjust(filter, rounded, scales[f]!, { pairing, area, variation })
  }
  return { weight: tensor('int8', weight.shape, data), scales }
}

interface Adjustment {
  readonly pairing: Pairing
  /** Places of the window. */
  readonly area: number
  readonly variation: Variation
}

/** Rounds a filter anew, run by run, without leaving what its pairs allow. */
function adjust(
  filter: Float32Array,
  rounded: Int8Array,
  scale: number,
  { pairing, area, variation }: Adjustment,
): void {
  const { size } = variation
  const wanted = new Float64Array(size)
  for (let start = 0; start + size <= filter.length; start += size) {
    for (let i = 0; i < size; i++) wanted[i] = filter[start + i]! / scale
    adjustRounding(rounded.subarray(start, start + size), wanted, variation, (i, value) => {
      if (Math.abs(value) > 127) return false
      if (pairing === 'none') return true
      const at = start + i
      const other = rounded[Math.floor(at / area) % 2 === 0 ? at + area : at - area]!
      return value * other <= 0 || Math.abs(value + other) <= mostOfPair
    })
  }
}

function largest(values: Float32Array): number {
  let most = 0
  for (const value of values) most = Math.max(most, Math.abs(value))
  return most
}

/** The largest sum, of either sign, that a pair of weights can bring. @param area places of the window */
function worstPair(filter: Int8Array, pairing: Pairing, area: number): number {
  if (pairing === 'none') return 0
  return pairing === 'channels' ? worstNeighbours(filter, area) : worstTwo(filter)
}

function worstNeighbours(filter: Int8Array, area: number): number {
  let worst = 0
  for (let channel = 0; channel * area < filter.length; channel += 2) {
    for (let place = channel * area; place < (channel + 1) * area; place++) {
      const [a, b] = [filter[place]!, filter[place + area]!]
      worst = Math.max(worst, Math.max(a, 0) + Math.max(b, 0), Math.max(-a, 0) + Math.max(-b, 0))
    }
  }
  return worst
}

function worstTwo(filter: Int8Array): number {
  const sorted = filter.toSorted()
  const [first = 0, second = 0] = sorted
  return Math.max(0, (sorted.at(-1) ?? 0) + Math.max(0, sorted.at(-2) ?? 0), -first + Math.max(0, -second))
}

/**
 * What rounding adds to each filter's answer on average: activations behind a relu are positive, so that the errors of a filter's
 * weights do not cancel. Taken from the bias, it is most of what int8 costs (Nagel et al. 2019, "Data-Free Quantization Through
 * Weight Equalization and Bias Correction", section 4.2).
 *
 * @param means of the input's channels; 0 for those that it does not have
 */
export function meanErrors(
  weight: Tensor,
  rounded: QuantisedFilters,
  group: number,
  means: Float64Array,
): Float64Array {
  const [filters = 1, channels = 1] = weight.shape
  const values = floats(weight)
  const whole = rounded.weight.data as Int8Array
  const size = values.length / filters
  const area = size / channels
  return Float64Array.from({ length: filters }, (_, f) => {
    const first = Math.floor(f / (filters / group)) * channels
    let error = 0
    for (let i = 0; i < size; i++) {
      const at = f * size + i
      error += (whole[at]! * rounded.scales[f]! - values[at]!) * (means[first + Math.floor(i / area)] ?? 0)
    }
    return error
  })
}

/** The most products that a filter adds up. */
export function productsOf(weight: Tensor): number {
  return elements(weight.shape.slice(1))
}
