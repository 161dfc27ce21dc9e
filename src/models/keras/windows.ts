import type { JsonObject } from '../../core/index.ts'
import { type Attributes, ints } from '../../graph/index.ts'
import { imageSizes, type KerasCall, only } from './keras-value.ts'

/** A number, or one for each of height and width. */
export function pair(value: unknown, otherwise: number): readonly [number, number] {
  if (Array.isArray(value)) return [Number(value[0] ?? otherwise), Number(value[1] ?? otherwise)]
  return typeof value === 'number' ? [value, value] : [otherwise, otherwise]
}

export interface Windowed {
  readonly from: string
  readonly channels: number
  readonly attributes: Attributes
}

/** The image that a convolution or pooling reads, and how its window moves. @param kernelOf which option holds the window's size */
export function windowed(call: KerasCall, kernelOf: 'kernel_size' | 'pool_size'): Windowed {
  const { config, builder } = call
  const from = only(call)
  const sizes = imageSizes(builder, from) ?? call.refuse('it reads a list of numbers, an image was wanted')
  if (config['data_format'] === 'channels_first') call.refuse('it wants channels first, "channels_last" was wanted')
  const kernel = pair(config[kernelOf], 1)
  const strides = kernelOf === 'pool_size' && config['strides'] == null ? kernel : pair(config['strides'], 1)
  const dilations = pair(config['dilation_rate'], 1)
  const [channels, height, width] = sizes
  const window = { kernel, strides, dilations }
  return {
    from,
    channels,
    attributes: {
      kernel_shape: ints(kernel),
      strides: ints(strides),
      ...(kernelOf === 'kernel_size' && { dilations: ints(dilations) }),
      pads: ints(pads(config, [height, width], window)),
    },
  }
}

interface Window {
  readonly kernel: readonly [number, number]
  readonly strides: readonly [number, number]
  readonly dilations: readonly [number, number]
}

/** TensorFlow's `same`: as many outputs as strides fit, the odd zero at the end. */
function pads(config: JsonObject, sizes: readonly [number, number], window: Window): readonly number[] {
  if (config['padding'] !== 'same') return [0, 0, 0, 0]
  const totals = sizes.map((size, axis) => {
    const stride = window.strides[axis] ?? 1
    const extent = ((window.kernel[axis] ?? 1) - 1) * (window.dilations[axis] ?? 1) + 1
    return Math.max((Math.ceil(size / stride) - 1) * stride + extent - size, 0)
  })
  return [...totals.map(total => Math.floor(total / 2)), ...totals.map(total => Math.ceil(total / 2))]
}
