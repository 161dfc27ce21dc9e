import type { Interpolation } from './contract.ts'

/** For each output pixel along one axis: the input pixels that count, and by how much. Weights add up to 1. */
export interface Taps {
  /** Most weights that any output has; the stride of `weights`. */
  readonly width: number
  /** First input pixel of each output. */
  readonly first: Int32Array
  /** Number of weights of each output. */
  readonly count: Int32Array
  readonly weights: Float64Array
}

interface Kernel {
  /** Half of its width, in output pixels when shrinking. */
  readonly support: number
  at(distance: number): number
}

const kernels: Readonly<Record<Exclude<Interpolation, 'nearest' | 'area'>, Kernel>> = {
  linear: { support: 1, at: x => Math.max(0, 1 - Math.abs(x)) },
  cubic: { support: 2, at: x => keys(Math.abs(x)) },
}

/** Keys (1981), a = −0.5. */
function keys(x: number): number {
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1
  if (x < 2) return ((-0.5 * x + 2.5) * x - 4) * x + 2
  return 0
}

/**
 * Resampling weights from `from` input pixels, starting at `start`, to `to` output pixels. Pixels are areas (half-pixel
 * centres). At the edges weights are renormalised, which leaves constant films constant.
 */
export function taps(interpolation: Interpolation, start: number, from: number, to: number): Taps {
  const ratio = from / to
  const weigh = interpolation === 'area' || interpolation === 'nearest' ? undefined : kernels[interpolation]
  const reach = weigh ? weigh.support * Math.max(1, ratio) : ratio / 2
  const width = interpolation === 'nearest' ? 1 : Math.ceil(2 * reach) + 2
  const result: Taps = {
    width,
    first: new Int32Array(to),
    count: new Int32Array(to),
    weights: new Float64Array(to * width),
  }
  // Summed step by step as Pillow does it, whose rounding decides where a centre falls between two pixels.
  let centre = ratio / 2
  for (let i = 0; i < to; i++) {
    const row = weigh
      ? kernelRow(weigh, (i + 0.5) * ratio, Math.max(1, ratio), from)
      : interpolation === 'area'
        ? areaRow(i * ratio, (i + 1) * ratio, from)
        : { first: Math.min(from - 1, Math.floor(centre)), weights: [1] }
    centre += ratio
    const total = row.weights.reduce((sum, weight) => sum + weight, 0)
    result.first[i] = start + row.first
    result.count[i] = row.weights.length
    row.weights.forEach((weight, k) => {
      result.weights[i * width + k] = weight / total
    })
  }
  return result
}

interface Row {
  readonly first: number
  readonly weights: readonly number[]
}

/** Length of the overlap of each input pixel with the interval [low, high). */
function areaRow(low: number, high: number, from: number): Row {
  const first = Math.min(from - 1, Math.floor(low))
  const last = Math.min(from, Math.max(first + 1, Math.ceil(high - 1e-9)))
  const weights: number[] = []
  for (let j = first; j < last; j++) weights.push(Math.max(0, Math.min(high, j + 1) - Math.max(low, j)))
  return { first, weights }
}

function kernelRow(kernel: Kernel, centre: number, stretch: number, from: number): Row {
  const reach = kernel.support * stretch
  const first = Math.max(0, Math.floor(centre - reach + 0.5))
  const last = Math.max(first + 1, Math.min(from, Math.floor(centre + reach + 0.5)))
  const weights: number[] = []
  for (let j = first; j < last; j++) weights.push(kernel.at((j + 0.5 - centre) / stretch))
  return { first, weights }
}
