import { elements, float32, type Random, type Tensor } from '../core/index.ts'

/** Normal with variance 2 / fan-in, for layers before a relu (He et al. 2015, section 2.2). */
export function heNormal(shape: readonly number[], fanIn: number, draw: Random): Tensor {
  const deviation = Math.sqrt(2 / fanIn)
  return float32(
    shape,
    Float32Array.from({ length: elements(shape) }, () => deviation * draw.normal()),
  )
}

export function zeros(shape: readonly number[]): Tensor {
  return float32(shape, new Float32Array(elements(shape)))
}

export function ones(shape: readonly number[]): Tensor {
  return float32(shape, new Float32Array(elements(shape)).fill(1))
}
