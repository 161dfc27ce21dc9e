import { type Dtype, Problem } from '../../core/index.ts'

/** Element types by their number in ONNX's `TensorProto.DataType`. */
const dtypes: Readonly<Record<number, Dtype>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  8: 'string',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
}

export function dtypeOfCode(code: number): Dtype {
  const dtype = dtypes[code]
  if (dtype === undefined)
    throw new Problem(`Cannot read the element type ${code}: it is none of ONNX's that are known`)
  return dtype
}
