import { array, generate, type NdArray, stridesOf } from './array.ts'
import { broadcastShape, stretched } from './broadcast.ts'
import type { ReferenceOp, ReferenceOps } from './call.ts'
import { einsum } from './einsum.ts'

const transposed = ({ dtype, shape, data }: NdArray): NdArray =>
  generate(dtype, [shape[1]!, shape[0]!], ([row, column]) => data[column! * shape[1]! + row!]!)

/** [rows, inner] × [inner, columns] at two places of flat data. */
function product(
  a: Float64Array,
  fromA: number,
  b: Float64Array,
  fromB: number,
  [rows, inner, columns]: readonly [number, number, number],
): Float64Array {
  const result = new Float64Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < inner; k++) {
      const left = a[fromA + row * inner + k]!
      for (let column = 0; column < columns; column++) {
        const at = row * columns + column
        result[at] = result[at]! + left * b[fromB + k * columns + column]!
      }
    }
  }
  return result
}

/** NumPy's `matmul`: the last two axes multiply, those before broadcast; a vector is a row on the left, a column on the right. */
const matMul: ReferenceOp = call => {
  const [a, b] = [call.input(0), call.input(1)]
  const shapeA = a.shape.length === 1 ? [1, ...a.shape] : a.shape
  const shapeB = b.shape.length === 1 ? [...b.shape, 1] : b.shape
  const [rows, inner] = [shapeA.at(-2)!, shapeA.at(-1)!]
  const columns = shapeB.at(-1)!
  if (shapeB.at(-2) !== inner) {
    throw new RangeError(`Cannot multiply [${a.shape.join(', ')}] by [${b.shape.join(', ')}]: the inner sizes differ`)
  }
  const batch = broadcastShape(shapeA.slice(0, -2), shapeB.slice(0, -2))
  const placeA = matrixPlaces(shapeA, batch)
  const placeB = matrixPlaces(shapeB, batch)
  const data = new Float64Array(placeA.length * rows * columns)
  for (const [at, from] of placeA.entries()) {
    data.set(product(a.data, from, b.data, placeB[at]!, [rows, inner, columns]), at * rows * columns)
  }
  const shape = [...batch]
  if (a.shape.length > 1) shape.push(rows)
  if (b.shape.length > 1) shape.push(columns)
  return array(a.dtype, shape, data)
}

/** Where in its data the matrix for each place of the batch begins. */
function matrixPlaces(shape: readonly number[], batch: readonly number[]): Float64Array {
  const own = shape.slice(0, -2)
  const size = shape.at(-2)! * shape.at(-1)!
  const numbered = generate('int64', own, index => {
    const strides = stridesOf(own)
    return index.reduce((sum, at, axis) => sum + at * strides[axis]!, 0) * size
  })
  return generate('int64', batch, stretched(numbered, batch)).data
}

/** alpha · A′ · B′ + beta · C */
const gemm: ReferenceOp = call => {
  const a = call.int('transA', 0) === 1 ? transposed(call.input(0)) : call.input(0)
  const b = call.int('transB', 0) === 1 ? transposed(call.input(1)) : call.input(1)
  const c = call.inputs[2]
  const [alpha, beta] = [call.float('alpha', 1), call.float('beta', 1)]
  const [rows, inner, columns] = [a.shape[0]!, a.shape[1]!, b.shape[1]!]
  const data = product(a.data, 0, b.data, 0, [rows, inner, columns])
  const added = c && stretched(c, [rows, columns])
  return generate(a.dtype, [rows, columns], index => {
    const scaled = alpha * data[index[0]! * columns + index[1]!]!
    return added === undefined ? scaled : scaled + beta * added(index)
  })
}

export const linalg: ReferenceOps = { Einsum: einsum, Gemm: gemm, MatMul: matMul }
