import assert from 'node:assert/strict'
import test from 'node:test'
import type { MessageInitShape } from '@bufbuild/protobuf'
import { create, toBinary } from '@bufbuild/protobuf'
import fc from 'fast-check'
import { Problem } from '../core/index.ts'
import { countFields } from './count-fields.ts'
import { decode } from './decode.ts'
import { encode } from './encode.ts'
import type { GraphProtoSchema, TensorProtoSchema } from './onnx_pb.ts'
import { TensorProto_DataType as DataType, ModelProtoSchema } from './onnx_pb.ts'
import { operatorZoo } from './operator-zoo.test.fixture.ts'

function model(graph: MessageInitShape<typeof GraphProtoSchema>): Uint8Array {
  const proto = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ version: 17n }],
    graph: { name: 'g', ...graph },
  })
  return toBinary(ModelProtoSchema, proto)
}

function weightOf(initializer: MessageInitShape<typeof TensorProtoSchema>): unknown {
  const { dtype, shape, data } = decode(model({ initializer: [{ name: 'w', ...initializer }] })).weights['w']!
  return [dtype, shape, data]
}

test('weights are read from the typed fields of older files', () => {
  const typed: readonly [MessageInitShape<typeof TensorProtoSchema>, unknown][] = [
    [{ dataType: DataType.FLOAT, dims: [2n], floatData: [1.5, -2] }, ['float32', [2], Float32Array.of(1.5, -2)]],
    [{ dataType: DataType.DOUBLE, dims: [1n], doubleData: [0.1] }, ['float64', [1], Float64Array.of(0.1)]],
    [{ dataType: DataType.INT64, dims: [1n], int64Data: [-9n] }, ['int64', [1], BigInt64Array.of(-9n)]],
    [{ dataType: DataType.UINT64, dims: [1n], uint64Data: [9n] }, ['uint64', [1], BigUint64Array.of(9n)]],
    [{ dataType: DataType.UINT32, dims: [1n], uint64Data: [4294967295n] }, ['uint32', [1], Uint32Array.of(4294967295)]],
    [{ dataType: DataType.INT32, dims: [], int32Data: [-3] }, ['int32', [], Int32Array.of(-3)]],
    [{ dataType: DataType.INT16, dims: [1n], int32Data: [-3] }, ['int16', [1], Int16Array.of(-3)]],
    [{ dataType: DataType.INT8, dims: [1n], int32Data: [-3] }, ['int8', [1], Int8Array.of(-3)]],
    [{ dataType: DataType.UINT16, dims: [1n], int32Data: [7] }, ['uint16', [1], Uint16Array.of(7)]],
    [{ dataType: DataType.FLOAT16, dims: [1n], int32Data: [15360] }, ['float16', [1], Uint16Array.of(15360)]],
    [{ dataType: DataType.UINT8, dims: [1n], int32Data: [7] }, ['uint8', [1], Uint8Array.of(7)]],
    [{ dataType: DataType.BOOL, dims: [2n], int32Data: [1, 0] }, ['bool', [2], Uint8Array.of(1, 0)]],
    [{ dataType: DataType.STRING, dims: [1n], stringData: [new TextEncoder().encode('ä')] }, ['string', [1], ['ä']]],
    [{ dataType: DataType.FLOAT, dims: [0n] }, ['float32', [0], new Float32Array()]],
  ]
  for (const [initializer, expected] of typed) assert.deepEqual(weightOf(initializer), expected)
})

test('raw bytes are not copied where alignment allows, and read right where it does not', () => {
  const graph = decode(
    model({
      initializer: [
        { name: 'w', dataType: DataType.FLOAT, dims: [1000n], floatData: Array.from({ length: 1000 }, (_, i) => i) },
      ],
    }),
  )
  const bytes = encode(graph)
  const buffer = new ArrayBuffer(bytes.length + 8)
  const views = [0, 1, 2, 3].map(shift => {
    const moved = new Uint8Array(buffer, shift, bytes.length)
    moved.set(bytes)
    const { data } = decode(moved).weights['w']!
    assert.deepEqual(data, graph.weights['w']!.data)
    return ArrayBuffer.isView(data) && data.buffer === buffer
  })
  assert.equal(views.filter(Boolean).length, 1)
})

test('a weight that is listed as an input too is a weight', () => {
  const type = { value: { case: 'tensorType' as const, value: { elemType: DataType.FLOAT, shape: { dim: [] } } } }
  const graph = decode(
    model({
      input: [
        { name: 'x', type },
        { name: 'w', type },
      ],
      initializer: [{ name: 'w', dataType: DataType.FLOAT, floatData: [1] }],
    }),
  )
  assert.deepEqual(
    graph.inputs.map(({ name }) => name),
    ['x'],
  )
})

test('what a graph cannot hold is refused with a sentence', () => {
  const bad: readonly [Uint8Array, RegExp][] = [
    [new TextEncoder().encode('no model at all'), /no ONNX file, or a truncated one/],
    [new Uint8Array(), /no graph or states no operator set/],
    [
      model({ initializer: [{ name: 'w', dataType: DataType.FLOAT, dims: [3n], rawData: new Uint8Array(7) }] }),
      /"w" has 7 bytes/,
    ],
    [
      model({ initializer: [{ name: 'w', dataType: DataType.FLOAT, dims: [3n], floatData: [1] }] }),
      /needs 3 values, it has 1/,
    ],
    [
      model({ initializer: [{ name: 'w', dataType: DataType.BFLOAT16, dims: [1n], int32Data: [1] }] }),
      /"w" is BFLOAT16/,
    ],
    [
      model({
        initializer: [
          { name: 'w', dataType: DataType.FLOAT, dataLocation: 1, externalData: [{ key: 'location', value: 'w.bin' }] },
        ],
      }),
      /"w" lies in another file, and only this one is at hand/,
    ],
    [model({ sparseInitializer: [{ dims: [1n] }] }), /sparse weights/],
    [
      model({ input: [{ name: 'x', type: { value: { case: 'tensorType', value: { elemType: 1 } } } }] }),
      /"x" has no shape/,
    ],
    [
      model({ input: [{ name: 'x', type: { value: { case: 'sequenceType', value: {} } } }] }),
      /"x" is a sequence, a tensor was wanted/,
    ],
    [model({ node: [{ opType: 'Op', attribute: [{ name: 'a', type: 13 }] }] }), /attribute "a" of a node Op/],
  ]
  for (const [bytes, message] of bad) {
    assert.throws(
      () => decode(bytes),
      error => error instanceof Problem && message.test(error.message),
      String(message),
    )
  }
})

test('a truncated file is refused', () => {
  const whole = model({
    initializer: [{ name: 'w', dataType: DataType.FLOAT, dims: [100n], rawData: new Uint8Array(400) }],
  })
  assert.throws(() => decode(whole.subarray(0, 200)), /truncated/)
})

test('damaged bytes give a graph or a Problem, never another error', () => {
  const whole = encode(operatorZoo()[0]!)
  const damage = fc.array(fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 })), {
    minLength: 1,
    maxLength: 8,
  })
  fc.assert(
    fc.property(damage, changes => {
      const bytes = whole.slice()
      for (const [at, value] of changes) bytes[at] = value
      try {
        decode(bytes)
      } catch (error) {
        assert.ok(error instanceof Problem, String(error))
      }
    }),
    { numRuns: 2000 },
  )
})

/** A field of bytes, with its tag and its length in four bytes of seven bits each. */
function field(tag: number, bytes: Uint8Array): Uint8Array {
  const length = [0, 7, 14, 21].map((shift, i) => ((bytes.length >> shift) & 0x7f) | (i < 3 ? 0x80 : 0))
  return Buffer.concat([Uint8Array.of(tag, ...length), bytes])
}

test('a file of millions of empty messages, or of integers, is refused before it fills the memory', () => {
  const nodes = new Uint8Array(3_000_000 * 2).map((_, i) => (i % 2 === 0 ? 0x0a : 0))
  const group = Uint8Array.of(0xfb, 1, 0xfc, 1)
  const integers = field(0x3a, new Uint8Array(20_000_000))
  for (const graph of [nodes, Buffer.concat([group, nodes]), field(0x2a, integers)]) {
    assert.throws(() => decode(field(0x3a, graph)), /more than 2000000 fields/)
  }
})

test('fields are counted at every depth, and the numbers of weights are not', () => {
  for (const graph of operatorZoo()) {
    const file = encode(graph)
    const count = countFields(file, 1e9)
    const parts = graph.nodes.length + graph.nodes.flatMap(node => [...node.inputs, ...node.outputs]).length
    assert.ok(count > parts && count < 100 * parts, `${count} fields for ${parts} parts`)
    assert.ok(countFields(file, 5) < 20, 'counting stops')
  }
})
