import type { Dtype } from '../core/index.ts'
import { TensorProto_DataType as Code } from './onnx_pb.ts'

/** ONNX's number for each element type that we hold. */
export const dtypeCodes: Readonly<Record<Dtype, Code>> = {
  float32: Code.FLOAT,
  float64: Code.DOUBLE,
  float16: Code.FLOAT16,
  int8: Code.INT8,
  uint8: Code.UINT8,
  int16: Code.INT16,
  uint16: Code.UINT16,
  int32: Code.INT32,
  uint32: Code.UINT32,
  int64: Code.INT64,
  uint64: Code.UINT64,
  bool: Code.BOOL,
  string: Code.STRING,
}

const dtypes = new Map<number, Dtype>(
  Object.entries(dtypeCodes).map(([dtype, code]) => [code, dtype as Dtype] as const),
)

/** Undefined for a type that we do not hold (bfloat16, complex, 8-bit floats, packed 4-bit integers). */
export function dtypeOfCode(code: number): Dtype | undefined {
  return dtypes.get(code)
}

/** The name that ONNX gives to a number, for messages. */
export function nameOfCode(code: number): string {
  return Object.entries(Code).find(([, known]) => known === code)?.[0] ?? `type ${code}`
}
