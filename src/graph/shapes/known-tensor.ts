import type { Tensor } from '../../core/index.ts'
import { numbers } from '../../core/index.ts'
import type { Known } from './rule.ts'
import { known } from './rule.ts'

/** Longer integer tensors are data, not sizes. */
export const mostElements = 64

export function knownOfTensor(value: Tensor): Known {
  const small = value.shape.length <= 1 && value.data.length <= mostElements
  if (small && value.shape.length === 1 && value.dtype === 'float32') {
    return { ...known(value.dtype, value.shape), numbers: numbers(value) }
  }
  const integers = value.dtype === 'int64' || value.dtype === 'int32'
  return known(value.dtype, value.shape, small && integers ? numbers(value) : undefined)
}
