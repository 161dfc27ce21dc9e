import { floats, type Tensor, type Tensors } from '../core/index.ts'

/** Whether all values are finite numbers. */
export function allFinite(values: Float32Array): boolean {
  // What is no finite number gives NaN times 0, and the sum keeps it: no question in the loop.
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]! * 0
  return sum === 0
}

/** The first of some tensors that holds something else. Those that are no float32 are passed over. */
export function firstNotFinite(tensors: Tensors, names: readonly string[]): string | undefined {
  return names.find(name => {
    const { data } = tensors[name] ?? {}
    return data instanceof Float32Array && !allFinite(data)
  })
}

/** The places along the first axis where a float32 tensor holds something else. */
export function rowsNotFinite(value: Tensor): readonly number[] {
  const rows = value.shape[0] ?? 0
  const values = floats(value)
  const width = values.length / Math.max(1, rows)
  return Array.from({ length: rows }, (_, row) => row).filter(
    row => !allFinite(values.subarray(row * width, (row + 1) * width)),
  )
}
