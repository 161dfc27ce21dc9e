import { create } from '@bufbuild/protobuf'
import { Problem } from '../core/index.ts'
import { assembleModel } from './assemble.ts'
import { dtypeCodes } from './dtype-codes.ts'
import type { Attribute, Graph, Node, Value } from './graph.ts'
import type {
  AttributeProto,
  GraphProto,
  NodeProto,
  StringStringEntryProto,
  TensorProto,
  ValueInfoProto,
} from './onnx_pb.ts'
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  StringStringEntryProtoSchema,
  ValueInfoProtoSchema,
} from './onnx_pb.ts'
import { encodeTensor } from './tensor-codec.ts'

/** A protobuf message must stay below 2 GiB. */
const largestFile = 2 ** 31 - 1

/** Writes an ONNX model. Equal graphs give equal bytes; weights and metadata keep the order of their keys. */
export function encode(graph: Graph): Uint8Array {
  const weightBytes = Object.values(graph.weights).reduce(
    (sum, { data }) => sum + (ArrayBuffer.isView(data) ? data.byteLength : 0),
    0,
  )
  if (weightBytes > largestFile) {
    throw new Problem(
      `Cannot write the ONNX model "${graph.name}": its weights take ${weightBytes} bytes, 2 GiB is the limit`,
    )
  }
  const model = create(ModelProtoSchema, {
    irVersion: BigInt(graph.irVersion ?? irVersionFor(graph.opset)),
    opsetImport: [
      { domain: '', version: BigInt(graph.opset) },
      ...Object.entries(graph.domains ?? {}).map(([domain, version]) => ({ domain, version: BigInt(version) })),
    ],
    producerName: graph.producer?.name ?? '',
    producerVersion: graph.producer?.version ?? '',
    modelVersion: BigInt(graph.modelVersion ?? 0),
    metadataProps: entries(graph.metadata),
  })
  return assembleModel(model, encodeGraph({ ...graph, weights: {} }), encodeWeights(graph))
}

function encodeWeights(graph: Graph): TensorProto[] {
  return Object.entries(graph.weights).map(([name, value]) => encodeTensor(name, value))
}

/** The file format that came with an operator set (the table "Released Versions" in ONNX's Versioning.md). */
function irVersionFor(opset: number): number {
  if (opset <= 14) return 7
  if (opset <= 18) return 8
  if (opset <= 20) return 9
  return opset <= 22 ? 10 : 11
}

function entries(record: Readonly<Record<string, string>>): StringStringEntryProto[] {
  return Object.entries(record).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value }))
}

function encodeGraph(graph: Graph): GraphProto {
  return create(GraphProtoSchema, {
    name: graph.name,
    node: graph.nodes.map(encodeNode),
    initializer: encodeWeights(graph),
    docString: graph.doc ?? '',
    input: graph.inputs.map(encodeValue),
    output: graph.outputs.map(encodeValue),
    valueInfo: (graph.values ?? []).map(encodeValue),
  })
}

function encodeValue({ name, dtype, shape }: Value): ValueInfoProto {
  const dim = shape.map(size => {
    if (size === '?') return {}
    return typeof size === 'number'
      ? { value: { case: 'dimValue' as const, value: BigInt(size) } }
      : { value: { case: 'dimParam' as const, value: size } }
  })
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: dtypeCodes[dtype], shape: { dim } } } },
  })
}

function encodeNode(node: Node): NodeProto {
  return create(NodeProtoSchema, {
    input: [...node.inputs],
    output: [...node.outputs],
    name: node.name ?? '',
    opType: node.op,
    domain: node.domain ?? '',
    attribute: Object.entries(node.attributes).map(([name, attribute]) => encodeAttribute(name, attribute)),
  })
}

function encodeAttribute(name: string, attribute: Attribute): AttributeProto {
  const encoder = new TextEncoder()
  switch (attribute.type) {
    case 'int':
      return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: int64Of(attribute.value) })
    case 'float':
      return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: attribute.value })
    case 'string':
      return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s: encoder.encode(attribute.value) })
    case 'ints':
      return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: attribute.value.map(int64Of) })
    case 'floats':
      return create(AttributeProtoSchema, { name, type: AttributeType.FLOATS, floats: [...attribute.value] })
    case 'strings':
      return create(AttributeProtoSchema, {
        name,
        type: AttributeType.STRINGS,
        strings: attribute.value.map(text => encoder.encode(text)),
      })
    case 'tensor':
      return create(AttributeProtoSchema, { name, type: AttributeType.TENSOR, t: encodeTensor('', attribute.value) })
    case 'graph':
      return create(AttributeProtoSchema, { name, type: AttributeType.GRAPH, g: encodeGraph(attribute.value) })
    default:
      throw new TypeError(attribute satisfies never)
  }
}

/** Exporters write the largest and smallest int64 for "to the end"; as a number the largest rounds to one too many. */
function int64Of(value: number): bigint {
  const exact = BigInt(value)
  const top = 2n ** 63n - 1n
  return exact > top ? top : exact < -top - 1n ? -top - 1n : exact
}
