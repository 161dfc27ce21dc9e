import { float32, floats, int64, type Tensor } from '../../core/index.ts'
import type { WholeValues } from './whole-values.ts'

/** ONNX Runtime's fast convolution takes channels by fours; for others, such as the image's three, it goes a longer way. */
const together = 4

/** Channels of zeros that bring a convolution without groups to a multiple of four. */
export function missingChannels(weight: Tensor, group: number): number {
  const [, channels = 1] = weight.shape
  return group === 1 ? (together - (channels % together)) % together : 0
}

/** A float32 weight [F, C, …] with further channels of zeros. */
export function withChannels(weight: Tensor, more: number): Tensor {
  const [filters = 1, channels = 1, ...window] = weight.shape
  const values = floats(weight)
  const size = values.length / filters
  const wider = (size / channels) * (channels + more)
  const widened = new Float32Array(filters * wider)
  for (let f = 0; f < filters; f++) widened.set(values.subarray(f * size, (f + 1) * size), f * wider)
  return float32([filters, channels + more, ...window], widened)
}

/** A uint8 value [N, C, h, w] with further channels that stand for zero. @returns its name */
export function padChannels(whole: WholeValues, [value, zero]: readonly [string, string], more: number): string {
  const padded = `${value}/filled`
  if (whole.nodes.some(node => node.outputs.includes(padded))) return padded
  const pads = whole.weight(`pads/${more}`, int64([8], [0, 0, 0, 0, 0, more, 0, 0]))
  whole.nodes.push({ op: 'Pad', inputs: [value, pads, zero], outputs: [padded], attributes: {} })
  return padded
}
