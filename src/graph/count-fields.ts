/** A message of ONNX's schema, as far as it matters here. */
interface Schema {
  /** The messages that its fields hold, by the fields' numbers. */
  readonly inner: Readonly<Record<number, Schema>>
  /** Fields that hold lists of 64-bit integers, of a byte each at least. */
  readonly integers?: readonly number[]
}

const leaf: Schema = { inner: {} }
const tensor: Schema = { inner: {}, integers: [1, 7, 11] }
const sparse: Schema = { inner: { 1: tensor, 2: tensor }, integers: [3] }
const type: Schema = { inner: { 1: { inner: { 2: leaf } }, 4: leaf, 5: leaf, 8: leaf, 9: leaf } }
const value: Schema = { inner: { 2: type } }
const ofGraph: Record<number, Schema> = { 5: tensor, 11: value, 12: value, 13: value, 14: leaf, 15: sparse }
const graph: Schema = { inner: ofGraph }
const attribute: Schema = {
  inner: { 5: tensor, 6: graph, 10: tensor, 11: graph, 14: type, 15: type, 22: sparse, 23: sparse },
  integers: [8],
}
const node: Schema = { inner: { 5: attribute } }
ofGraph[1] = node
const model: Schema = {
  inner: { 7: graph, 8: leaf, 20: { inner: { 1: graph, 2: graph } }, 25: { inner: { 7: node } } },
}

const wireTypes = { varint: 0, eightBytes: 1, bytes: 2, groupStart: 3, groupEnd: 4, fourBytes: 5 }
/** Integers that weigh as much as an object. */
const integersPerField = 8
const deepest = 100

/**
 * How many fields a model has, weights' own numbers not counted: each becomes an object some hundred times as large as the two
 * bytes that it may take. What is no protobuf at all is left to the decoder.
 *
 * @param most counting stops above it
 */
export function countFields(onnx: Uint8Array, most: number): number {
  let count = 0
  let at = 0
  const varint = (): number => {
    let number = 0
    for (let scale = 1; at < onnx.length; scale *= 128) {
      const byte = onnx[at++]!
      number += (byte & 0x7f) * scale
      if (byte < 0x80) break
    }
    return number
  }
  const bytes = (schema: Schema, field: number, end: number, depth: number): void => {
    const length = varint()
    const last = at + length
    const inner = schema.inner[field]
    if (schema.integers?.includes(field)) count += length / integersPerField
    if (inner !== undefined && depth < deepest) message(inner, Math.min(last, end), depth + 1)
    at = last
  }
  const message = (schema: Schema, end: number, depth: number): void => {
    while (at < end && ++count <= most) {
      const tag = varint()
      const wire = tag & 7
      if (wire === wireTypes.varint) varint()
      else if (wire === wireTypes.eightBytes) at += 8
      else if (wire === wireTypes.fourBytes) at += 4
      else if (wire === wireTypes.bytes) bytes(schema, Math.floor(tag / 8), end, depth)
      else if (wire !== wireTypes.groupStart && wire !== wireTypes.groupEnd) at = end
    }
  }
  message(model, onnx.length, 0)
  return count
}
