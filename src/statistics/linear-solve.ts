/**
 * Solves A·x = b for a symmetric positive definite A by Cholesky's decomposition. A direction in which A is flat (to 1e-12 of its
 * largest diagonal entry) is left alone: x is 0 there.
 *
 * @param matrix row-major d×d; its lower triangle is overwritten
 */
export function solvePositiveDefinite(matrix: Float64Array, right: Float64Array): Float64Array {
  const d = right.length
  let largest = 0
  for (let i = 0; i < d; i++) largest = Math.max(largest, matrix[i * d + i]!)
  const flat = largest * 1e-12
  for (let j = 0; j < d; j++) {
    const row = matrix.subarray(j * d, j * d + d)
    const pivot = row[j]! - dot(row, row, j)
    const root = pivot > flat ? Math.sqrt(pivot) : 0
    row[j] = root
    for (let i = j + 1; i < d; i++) {
      const below = matrix.subarray(i * d, i * d + d)
      below[j] = root === 0 ? 0 : (below[j]! - dot(below, row, j)) / root
    }
  }
  return backward(matrix, forward(matrix, right))
}

function forward(lower: Float64Array, right: Float64Array): Float64Array {
  const d = right.length
  const y = new Float64Array(d)
  for (let i = 0; i < d; i++) {
    const root = lower[i * d + i]!
    y[i] = root === 0 ? 0 : (right[i]! - dot(lower.subarray(i * d, i * d + i), y, i)) / root
  }
  return y
}

function backward(lower: Float64Array, y: Float64Array): Float64Array {
  const d = y.length
  const x = Float64Array.from(y)
  for (let i = d - 1; i >= 0; i--) {
    const root = lower[i * d + i]!
    x[i] = root === 0 ? 0 : x[i]! / root
    for (let j = 0; j < i; j++) x[j]! -= lower[i * d + j]! * x[i]!
  }
  return x
}

function dot(a: Float64Array, b: Float64Array, length: number): number {
  let sum = 0
  for (let i = 0; i < length; i++) sum += a[i]! * b[i]!
  return sum
}
