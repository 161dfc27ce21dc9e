import { elements, floats, type Tensor } from '../../core/index.ts'

/** What is known of each channel of a value over everything that was added. */
export interface ChannelFacts {
  /** @param value float32 [N, C, …] */
  add(value: Tensor): void
  /** [C] */
  readonly means: Float64Array
  /** The largest size of a number, [C]. */
  readonly most: Float64Array
}

export function channelFacts(): ChannelFacts {
  let sums = new Float64Array(0)
  let most = new Float64Array(0)
  let count = 0
  return {
    add(value) {
      const [films = 1, channels = 1, ...spatial] = value.shape
      const size = elements(spatial)
      const values = floats(value)
      if (sums.length === 0) {
        sums = new Float64Array(channels)
        most = new Float64Array(channels)
      }
      for (let at = 0; at < values.length; at += size) {
        let sum = 0
        let largest = 0
        for (let i = at; i < at + size; i++) {
          const number = values[i]!
          sum += number
          if (number > largest) largest = number
          else if (-number > largest) largest = -number
        }
        const channel = (at / size) % channels
        sums[channel]! += sum
        most[channel] = Math.max(most[channel]!, largest)
      }
      count += films * size
    },
    get means() {
      return sums.map(sum => sum / count)
    },
    get most() {
      return most
    },
  }
}
