import { create, toBinary } from '@bufbuild/protobuf'
import type { GraphProto, ModelProto, TensorProto } from './onnx_pb.ts'
import { GraphProtoSchema, ModelProtoSchema, TensorProtoSchema } from './onnx_pb.ts'

/** Numbers of the fields that are put together here, in onnx.proto. */
const fields = { graphOfModel: 7, initializerOfGraph: 5, rawDataOfTensor: 9 } as const

/** Bytes of a message in pieces that nobody has copied yet. */
interface Pieces {
  readonly parts: readonly Uint8Array[]
  readonly length: number
}

/**
 * The bytes of a model, with each weight copied once. The protobuf library would copy weights again at every level and
 * each time its buffer grows; a message may as well be written as the concatenation of its fields.
 *
 * @param model without its graph
 * @param graph without its weights
 * @param weights those of `graph`, whose `rawData` is not copied before
 */
export function assembleModel(model: ModelProto, graph: GraphProto, weights: readonly TensorProto[]): Uint8Array {
  const initializers = weights.map(weight => field(fields.initializerOfGraph, tensorPieces(weight)))
  const body = join([whole(toBinary(GraphProtoSchema, graph)), ...initializers])
  const { parts, length } = join([whole(toBinary(ModelProtoSchema, model)), field(fields.graphOfModel, body)])
  const bytes = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function tensorPieces(weight: TensorProto): Pieces {
  const { name, dims, dataType, rawData } = weight
  if (rawData.length === 0) return whole(toBinary(TensorProtoSchema, weight))
  const header = toBinary(TensorProtoSchema, create(TensorProtoSchema, { name, dims, dataType }))
  return join([whole(header), field(fields.rawDataOfTensor, whole(rawData))])
}

const whole = (bytes: Uint8Array): Pieces => ({ parts: [bytes], length: bytes.length })

function join(pieces: readonly Pieces[]): Pieces {
  return {
    parts: pieces.flatMap(({ parts }) => parts),
    length: pieces.reduce((sum, { length }) => sum + length, 0),
  }
}

/** A length-delimited field: tag, length, content (protobuf.dev, "Encoding"). */
function field(number: number, content: Pieces): Pieces {
  return join([whole(Uint8Array.of((number << 3) | 2, ...varint(content.length))), content])
}

function varint(value: number): readonly number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]
}
