import { float32, floats, type Tensor } from '../../core/index.ts'
import type { Origin } from './definition.ts'
import { permuted } from './permuted.ts'

/** A shape of ours as a library's files have it; `depthwise` where the library keeps such kernels apart. */
export function inLayout(layout: Origin['layout'], shape: readonly number[], depthwise = false): readonly number[] {
  const [filters, channels, height, width] = shape
  if (layout === 'torch' || channels === undefined || height === undefined || width === undefined) return shape
  return depthwise ? [height, width, filters ?? 0, channels] : [height, width, channels, filters ?? 0]
}

/** Keras' [k, k, in, out] as [out, in, k, k]; of a depthwise kernel [k, k, in, 1] as [in, 1, k, k]. Other tensors stay. */
export function inOurLayout(layout: Origin['layout'], tensor: Tensor, depthwise: boolean): Tensor {
  if (layout === 'torch' || tensor.shape.length !== 4) return tensor
  return permuted(tensor, depthwise ? [2, 3, 0, 1] : [3, 2, 0, 1])
}

/** What a convolution over equal channels does to one of them: its weights added up. */
export function summedChannels(weight: Tensor): Tensor {
  const [filters = 0, channels = 1, height = 1, width = 1] = weight.shape
  if (channels === 1) return weight
  const area = height * width
  const from = floats(weight)
  const sums = new Float32Array(filters * area)
  for (let i = 0; i < sums.length; i++) {
    const start = Math.floor(i / area) * channels * area + (i % area)
    let sum = 0
    for (let c = 0; c < channels; c++) sum += from[start + c * area]!
    sums[i] = sum
  }
  return float32([filters, 1, height, width], sums)
}
