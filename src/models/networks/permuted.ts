import { elements, float32, floats, type Tensor } from '../../core/index.ts'

/** A copy with its axes in another order, as ONNX's Transpose: axis i of the result is axis `order[i]` of the tensor. */
export function permuted(tensor: Tensor, order: readonly number[]): Tensor {
  const { shape } = tensor
  const steps = shape.map((_, axis) => elements(shape.slice(axis + 1)))
  const sizes = order.map(axis => shape[axis] ?? 0)
  const strides = order.map(axis => steps[axis] ?? 0)
  const from = floats(tensor)
  const into = new Float32Array(from.length)
  const last = sizes.length - 1
  const width = sizes[last] ?? 1
  const stride = strides[last] ?? 1
  const place = sizes.map(() => 0)
  let start = 0
  for (let at = 0; at < into.length; at += width) {
    for (let i = 0; i < width; i++) into[at + i] = from[start + i * stride]!
    for (let axis = last - 1; axis >= 0; axis--) {
      start += strides[axis]!
      if (++place[axis]! < sizes[axis]!) break
      start -= strides[axis]! * sizes[axis]!
      place[axis] = 0
    }
  }
  return float32(sizes, into)
}
