import { elements, float32, type Random, type Tensor } from '../core/index.ts'

/** Normal with variance 2 / fan-in, for layers before a relu (He et al. 2015, section 2.2). */
export function heNormal(shape: readonly number[], fanIn: number, draw: Random): Tensor {
  return float32(shape, normals(elements(shape), Math.sqrt(2 / fanIn), draw))
}

/** Even in ±√(6 / (fan-in + fan-out)): Glorot and Bengio 2010, equation 16. @param shape [outputs, inputs] */
export function glorotUniform(shape: readonly [number, number], draw: Random): Tensor {
  const reach = Math.sqrt(6 / (shape[0] + shape[1]))
  const values = draw.fill(new Float32Array(elements(shape)))
  for (let i = 0; i < values.length; i++) values[i] = (2 * values[i]! - 1) * reach
  return float32(shape, values)
}

/** Both numbers of each pair that Box and Muller (1958) give, made in place of two uniform ones. */
function normals(count: number, deviation: number, draw: Random): Float32Array {
  const values = draw.fill(new Float32Array(count + (count % 2)))
  for (let i = 0; i < values.length; i += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - values[i]!))
    const angle = 2 * Math.PI * values[i + 1]!
    values[i] = radius * Math.cos(angle)
    values[i + 1] = radius * Math.sin(angle)
  }
  return count % 2 === 0 ? values : values.slice(0, count)
}

export function zeros(shape: readonly number[]): Tensor {
  return float32(shape, new Float32Array(elements(shape)))
}

export function ones(shape: readonly number[]): Tensor {
  return float32(shape, new Float32Array(elements(shape)).fill(1))
}
