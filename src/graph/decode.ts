import { fromBinary } from '@bufbuild/protobuf'
import { Problem } from '../core/index.ts'
import { countFields } from './count-fields.ts'
import { dtypeOfCode, nameOfCode } from './dtype-codes.ts'
import type { ReadExternal } from './external-data.ts'
import type { Attribute, Dimension, Graph, Node, Value } from './graph.ts'
import type { AttributeProto, GraphProto, ModelProto, NodeProto, TypeProto, ValueInfoProto } from './onnx_pb.ts'
import { AttributeProto_AttributeType as AttributeType, ModelProtoSchema } from './onnx_pb.ts'
import { decodeTensor } from './tensor-codec.ts'

/** Fields of a model: ten times what networks with ten thousand nodes have. A million takes half a gigabyte. */
const mostFields = 2_000_000

/** Before this version of the file format every weight had to be an input too. */
const weightsApartSince = 4

/**
 * Reads an ONNX model. Weights are views of `onnx` where alignment allows, so do not change those bytes afterwards.
 * Weights that are listed as inputs too (older files) become weights only. Comments of nodes are not kept.
 * @throws Problem when the bytes are no ONNX model, or hold something that a `Graph` cannot: sparse or packed
 * tensors, values that are not tensors, functions.
 * @param readExternal reads weights that lie in other files; without it a model that has some is refused
 */
export function decode(onnx: Uint8Array, readExternal?: ReadExternal): Graph {
  const model = decodeModel(onnx)
  const opset = model.opsetImport.find(set => isStandard(set.domain))
  if (model.graph === undefined || opset === undefined) {
    throw new Problem('Cannot read the ONNX model: it has no graph or states no operator set, a whole model was wanted')
  }
  if (model.functions.length > 0) {
    throw new Problem(`Cannot read the ONNX model: it defines functions of its own ("${model.functions[0]!.name}")`, {
      next: 'inline them with onnx.inliner.inline_local_functions before use',
    })
  }
  const domains = model.opsetImport.filter(set => !isStandard(set.domain))
  return {
    ...decodeGraph(model.graph, Number(opset.version), readExternal),
    metadata: Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value])),
    irVersion: Math.max(Number(model.irVersion), weightsApartSince),
    ...(domains.length > 0 && {
      domains: Object.fromEntries(domains.map(set => [set.domain, Number(set.version)])),
    }),
    ...(`${model.producerName}${model.producerVersion}` !== '' && {
      producer: { name: model.producerName, version: model.producerVersion },
    }),
    ...(model.modelVersion !== 0n && { modelVersion: Number(model.modelVersion) }),
  }
}

function decodeModel(onnx: Uint8Array): ModelProto {
  if (countFields(onnx, mostFields) > mostFields) {
    throw new Problem(`Cannot read the ONNX model: it has more than ${mostFields} fields, which no network needs`)
  }
  try {
    return fromBinary(ModelProtoSchema, new Uint8Array(onnx.buffer, onnx.byteOffset, onnx.byteLength))
  } catch (error) {
    throw new Problem('Cannot read the ONNX model: the bytes are no ONNX file, or a truncated one', { cause: error })
  }
}

const isStandard = (domain: string): boolean => domain === '' || domain === 'ai.onnx'

function decodeGraph(proto: GraphProto, opset: number, readExternal: ReadExternal | undefined): Graph {
  if (proto.sparseInitializer.length > 0) {
    throw new Problem('Cannot read the ONNX model: it has sparse weights, dense ones were wanted')
  }
  const weights = Object.fromEntries(proto.initializer.map(weight => [weight.name, decodeTensor(weight, readExternal)]))
  const values = proto.valueInfo.map(readValue).filter(value => typeof value !== 'string')
  return {
    name: proto.name,
    opset,
    inputs: proto.input.filter(input => !Object.hasOwn(weights, input.name)).map(decodeValue),
    outputs: proto.output.map(decodeValue),
    nodes: proto.node.map(node => decodeNode(node, opset, readExternal)),
    weights,
    metadata: {},
    ...(values.length > 0 && { values }),
    ...(proto.docString !== '' && { doc: proto.docString }),
  }
}

function decodeValue(proto: ValueInfoProto): Value {
  const value = readValue(proto)
  if (typeof value === 'string') throw new Problem(`Cannot read the ONNX model: value "${proto.name}" ${value}`)
  return value
}

/** The value, or what keeps us from holding it. */
function readValue(proto: ValueInfoProto): Value | string {
  const type = proto.type?.value
  if (type?.case !== 'tensorType') return `is ${typeName(type?.case)}, a tensor was wanted`
  const dtype = dtypeOfCode(type.value.elemType)
  if (dtype === undefined) return `is ${nameOfCode(type.value.elemType)}, such tensors are not supported`
  if (type.value.shape === undefined) return 'has no shape: run onnx.shape_inference on the file first'
  return {
    name: proto.name,
    dtype,
    shape: type.value.shape.dim.map(({ value }): Dimension => {
      if (value.case === 'dimValue') return Number(value.value)
      return value.case === 'dimParam' && value.value !== '' ? value.value : '?'
    }),
  }
}

function typeName(found: TypeProto['value']['case']): string {
  return found === undefined ? 'of no stated type' : `a ${found.replace(/Type$/, '')}`
}

function decodeNode(proto: NodeProto, opset: number, readExternal: ReadExternal | undefined): Node {
  return {
    op: proto.opType,
    ...(proto.name !== '' && { name: proto.name }),
    ...(!isStandard(proto.domain) && { domain: proto.domain }),
    inputs: proto.input,
    outputs: proto.output,
    attributes: Object.fromEntries(
      proto.attribute.map(attribute => [attribute.name, decodeAttribute(attribute, proto.opType, opset, readExternal)]),
    ),
  }
}

function decodeAttribute(
  proto: AttributeProto,
  op: string,
  opset: number,
  readExternal: ReadExternal | undefined,
): Attribute {
  const decoder = new TextDecoder()
  switch (proto.type) {
    case AttributeType.INT:
      return { type: 'int', value: Number(proto.i) }
    case AttributeType.FLOAT:
      return { type: 'float', value: proto.f }
    case AttributeType.STRING:
      return { type: 'string', value: decoder.decode(proto.s) }
    case AttributeType.INTS:
      return { type: 'ints', value: proto.ints.map(Number) }
    case AttributeType.FLOATS:
      return { type: 'floats', value: proto.floats }
    case AttributeType.STRINGS:
      return { type: 'strings', value: proto.strings.map(bytes => decoder.decode(bytes)) }
    case AttributeType.TENSOR:
      if (proto.t !== undefined) return { type: 'tensor', value: decodeTensor(proto.t, readExternal) }
      break
    case AttributeType.GRAPH:
      if (proto.g !== undefined) return { type: 'graph', value: decodeGraph(proto.g, opset, readExternal) }
      break
  }
  throw new Problem(`Cannot read the ONNX model: attribute "${proto.name}" of a node ${op} has a type we do not read`)
}
