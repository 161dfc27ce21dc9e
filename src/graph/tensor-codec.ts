import { create } from '@bufbuild/protobuf'
import type { Dtype, Tensor, TensorData } from '../core/index.ts'
import { elements, Problem, tensor } from '../core/index.ts'
import { dtypeCodes, dtypeOfCode, nameOfCode } from './dtype-codes.ts'
import { externalPlace, type ReadExternal } from './external-data.ts'
import type { TensorProto } from './onnx_pb.ts'
import { TensorProto_DataLocation, TensorProtoSchema } from './onnx_pb.ts'

type NumericDtype = Exclude<Dtype, 'string'>
type NumericData = Exclude<TensorData, readonly string[]>

interface ArrayType {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBufferLike, offset: number, length: number): NumericData
}

const arrayTypes: Readonly<Record<NumericDtype, ArrayType>> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
}

/**
 * A weight of a file. Its data is a view of the file's bytes where alignment allows.
 * @param readExternal reads weights that lie in other files; without it they are refused
 */
export function decodeTensor(proto: TensorProto, readExternal?: ReadExternal): Tensor {
  const name = proto.name
  const dtype = dtypeOfCode(proto.dataType)
  if (dtype === undefined) {
    throw new Problem(
      `Cannot read the ONNX model: weight "${name}" is ${nameOfCode(proto.dataType)}, such tensors are not supported`,
    )
  }
  const shape = proto.dims.map(Number)
  const raw = isExternal(proto) ? externalBytes(proto, readExternal) : proto.rawData
  const data = dtype === 'string' ? decodeStrings(proto) : decodeNumbers(proto, dtype, elements(shape), raw)
  if (data.length !== elements(shape)) {
    throw new Problem(
      `Cannot read the ONNX model: weight "${name}" of shape [${shape.join(', ')}] needs ${elements(shape)} values, it has ${data.length}`,
    )
  }
  return { dtype, shape, data }
}

function isExternal(proto: TensorProto): boolean {
  return proto.dataLocation === TensorProto_DataLocation.EXTERNAL || proto.externalData.length > 0
}

function externalBytes(proto: TensorProto, readExternal: ReadExternal | undefined): Uint8Array {
  if (readExternal !== undefined) return readExternal(externalPlace(proto))
  throw new Problem(
    `Cannot read the ONNX model: weight "${proto.name}" lies in another file, and only this one is at hand`,
    { next: 'python: onnx.save(onnx.load("model.onnx"), "whole.onnx") puts it inside' },
  )
}

function decodeStrings(proto: TensorProto): readonly string[] {
  const decoder = new TextDecoder()
  return proto.stringData.map(bytes => decoder.decode(bytes))
}

function decodeNumbers(proto: TensorProto, dtype: NumericDtype, count: number, raw: Uint8Array): NumericData {
  const type = arrayTypes[dtype]
  if (raw.byteLength > 0 || count === 0) {
    if (raw.byteLength % type.BYTES_PER_ELEMENT !== 0) {
      throw new Problem(
        `Cannot read the ONNX model: weight "${proto.name}" has ${raw.byteLength} bytes, which is no whole number of ${dtype} values`,
      )
    }
    return view(type, raw)
  }
  return fromTypedField(proto, dtype)
}

function view(type: ArrayType, bytes: Uint8Array): NumericData {
  const aligned = bytes.byteOffset % type.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes)
  return new type(aligned.buffer, aligned.byteOffset, aligned.byteLength / type.BYTES_PER_ELEMENT)
}

/** The older form: values in the protobuf field that belongs to their type. */
function fromTypedField(proto: TensorProto, dtype: NumericDtype): NumericData {
  switch (dtype) {
    case 'float32':
      return Float32Array.from(proto.floatData)
    case 'float64':
      return Float64Array.from(proto.doubleData)
    case 'int64':
      return BigInt64Array.from(proto.int64Data)
    case 'uint64':
      return BigUint64Array.from(proto.uint64Data)
    case 'uint32':
      return Uint32Array.from(proto.uint64Data, Number)
    case 'int32':
      return Int32Array.from(proto.int32Data)
    case 'int16':
      return Int16Array.from(proto.int32Data)
    case 'int8':
      return Int8Array.from(proto.int32Data)
    case 'uint16':
    case 'float16':
      return Uint16Array.from(proto.int32Data)
    case 'uint8':
    case 'bool':
      return Uint8Array.from(proto.int32Data)
    default:
      throw new TypeError(dtype satisfies never)
  }
}

/** Always written as `raw_data`, not copied here. */
export function encodeTensor(name: string, value: Tensor): TensorProto {
  const { dtype, shape, data } = tensor(value.dtype, value.shape, value.data)
  const proto = create(TensorProtoSchema, { name, dims: shape.map(BigInt), dataType: dtypeCodes[dtype] })
  if (ArrayBuffer.isView(data)) {
    proto.rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  } else {
    const encoder = new TextEncoder()
    proto.stringData = data.map(text => encoder.encode(text))
  }
  return proto
}
