import { elements, type Random } from '../../core/index.ts'
import { heNormal, ones, zeros } from '../initial-weights.ts'
import type { LayerWeights } from './layers.ts'

/** Numbers to train from: convolutions for layers before a relu, norms that change nothing. @param silent norms that begin at 0 */
export function drawnWeights(draw: Random, silent: RegExp | undefined): LayerWeights {
  return {
    of: (layer, role, shape) => {
      if (role === 'weight') return heNormal(shape, elements(shape.slice(1)), draw)
      if (role === 'variance') return ones(shape)
      // The last norm of a residual block at 0 makes the block the identity (Goyal et al. 2017, section 5.1).
      if (role === 'scale') return silent?.test(layer) === true ? zeros(shape) : ones(shape)
      return zeros(shape)
    },
  }
}
