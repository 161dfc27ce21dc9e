import { type Dtype, elements, float32, int64, Problem, type Tensor, tensor } from '../core/index.ts'

/** A tensor with one value everywhere. */
export function filled(value: number, shape: readonly number[], dtype: Dtype): Tensor {
  const count = elements(shape)
  switch (dtype) {
    case 'float32':
      return float32(shape, new Float32Array(count).fill(value))
    case 'float64':
      return tensor(dtype, shape, new Float64Array(count).fill(value))
    case 'int64':
      return int64(shape, new Array<number>(count).fill(value))
    default:
      throw new Problem(`Cannot differentiate a value of type ${dtype}: float32 or float64 was wanted`)
  }
}
