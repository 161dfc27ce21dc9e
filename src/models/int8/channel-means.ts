import { elements, floats, type Tensor } from '../../core/index.ts'

/** The mean of each channel of a value over everything that was added. */
export interface ChannelMeans {
  /** @param value float32 [N, C, …] */
  add(value: Tensor): void
  /** [C] */
  readonly means: Float64Array
}

export function channelMeans(): ChannelMeans {
  let sums = new Float64Array(0)
  let count = 0
  return {
    add(value) {
      const [films = 1, channels = 1, ...spatial] = value.shape
      const size = elements(spatial)
      const values = floats(value)
      if (sums.length === 0) sums = new Float64Array(channels)
      for (let at = 0; at < values.length; at += size) {
        let sum = 0
        for (let i = at; i < at + size; i++) sum += values[i]!
        sums[(at / size) % channels]! += sum
      }
      count += films * size
    },
    get means() {
      return sums.map(sum => sum / count)
    },
  }
}
