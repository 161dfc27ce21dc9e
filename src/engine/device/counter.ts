import type { Tensor, Tensors } from '../../core/index.ts'
import type { Traffic } from '../engine.ts'

/** Counts what crosses between the host's memory and the device's. */
export interface Counter {
  run(): void
  count(values: readonly Tensor[]): void
  /** As it travels from a host: float64 scalars. */
  tensors(): Tensors
}

export function counter(): Counter {
  let runs = 0
  let copies = 0
  let bytes = 0
  return {
    run: () => void runs++,
    count(values) {
      copies += values.length
      for (const { data } of values) if (ArrayBuffer.isView(data)) bytes += data.byteLength
    },
    tensors: () => ({ runs: number(runs), copies: number(copies), bytes: number(bytes) }),
  }
}

function number(value: number): Tensor {
  return { dtype: 'float64', shape: [], data: Float64Array.of(value) }
}

export function trafficOf(tensors: Tensors): Traffic {
  const value = (name: string): number => Number(tensors[name]?.data[0] ?? 0)
  return { runs: value('runs'), copies: value('copies'), bytes: value('bytes') }
}
