import fc from 'fast-check'
import type { Dtype, Tensor } from '../core/index.ts'
import { elements, tensor } from '../core/index.ts'
import type { Attribute, Graph, Node, Value } from './graph.ts'

const numeric: readonly Exclude<Dtype, 'string'>[] = [
  'float32',
  'float64',
  'float16',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
]

function dataOf(dtype: Dtype, values: readonly number[]): Tensor['data'] {
  const small = values.map(value => value & 0x7f)
  switch (dtype) {
    case 'float32':
      return Float32Array.from(values)
    case 'float64':
      return Float64Array.from(values, value => value / 3)
    case 'int8':
      return Int8Array.from(small, value => -value)
    case 'uint8':
      return Uint8Array.from(small)
    case 'bool':
      return Uint8Array.from(small, value => value & 1)
    case 'int16':
      return Int16Array.from(small)
    case 'uint16':
    case 'float16':
      return Uint16Array.from(small)
    case 'int32':
      return Int32Array.from(values)
    case 'uint32':
      return Uint32Array.from(small)
    case 'int64':
      return BigInt64Array.from(values, BigInt)
    case 'uint64':
      return BigUint64Array.from(small, BigInt)
    case 'string':
      return values.map(value => `täxt ${value}`)
    default:
      throw new TypeError(dtype satisfies never)
  }
}

const shape = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 })

const tensors: fc.Arbitrary<Tensor> = fc
  .record({ dtype: fc.constantFrom<Dtype>(...numeric, 'string'), shape, seed: fc.integer() })
  .map(({ dtype, shape, seed }) => {
    const values = Array.from({ length: elements(shape) }, (_, i) => (seed >> i) | 0)
    return tensor(dtype, shape, dataOf(dtype, values))
  })

const names = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
const value: fc.Arbitrary<Value> = fc.record(
  {
    name: names,
    dtype: fc.constantFrom<Dtype>(...numeric, 'string'),
    shape: fc.array(fc.oneof(fc.nat(), fc.constantFrom('N', '?', 'höhe')), { maxLength: 4 }),
  },
  { noNullPrototype: true },
)
const anyFloat = fc.float({ noNaN: true })
const wholeNumbers = fc.maxSafeInteger()

const leaf: fc.Arbitrary<Attribute> = fc.oneof(
  wholeNumbers.map(value => ({ type: 'int', value }) as const),
  anyFloat.map(value => ({ type: 'float', value }) as const),
  fc.string().map(value => ({ type: 'string', value }) as const),
  fc.array(wholeNumbers).map(value => ({ type: 'ints', value }) as const),
  fc.array(anyFloat).map(value => ({ type: 'floats', value }) as const),
  fc.array(fc.string()).map(value => ({ type: 'strings', value }) as const),
  tensors.map(value => ({ type: 'tensor', value }) as const),
)

function nodes(attribute: fc.Arbitrary<Attribute>): fc.Arbitrary<readonly Node[]> {
  return fc.array(
    fc.record(
      {
        op: names,
        name: names,
        domain: fc.constantFrom('com.example'),
        inputs: fc.array(fc.oneof(names, fc.constant('')), { maxLength: 3 }),
        outputs: fc.array(names, { minLength: 1, maxLength: 2 }),
        attributes: fc.dictionary(names, attribute, { maxKeys: 3, noNullPrototype: true }),
      },
      { requiredKeys: ['op', 'inputs', 'outputs', 'attributes'], noNullPrototype: true },
    ),
    { maxLength: 4 },
  )
}

function graphs(attribute: fc.Arbitrary<Attribute>): fc.Arbitrary<Graph> {
  return fc
    .record(
      {
        name: names,
        opset: fc.constant(17),
        inputs: fc.array(value, { maxLength: 3 }),
        outputs: fc.array(value, { maxLength: 3 }),
        nodes: nodes(attribute),
        weights: fc.dictionary(names, tensors, { maxKeys: 4, noNullPrototype: true }),
        metadata: fc.constant({}),
      },
      { noNullPrototype: true },
    )
    .map(graph => ({ ...graph, inputs: graph.inputs.filter(input => !Object.hasOwn(graph.weights, input.name)) }))
}

/** Any graph that a file can hold; it need not be a valid one. */
export const anyGraph: fc.Arbitrary<Graph> = fc
  .record({
    graph: graphs(
      fc.oneof(
        { weight: 9, arbitrary: leaf },
        graphs(leaf).map(value => ({ type: 'graph', value }) as const),
      ),
    ),
    metadata: fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
    irVersion: fc.integer({ min: 4, max: 11 }),
    extras: fc.record(
      {
        domains: fc.constant({ 'com.example': 2 }),
        producer: fc.record({ name: names, version: fc.string() }, { noNullPrototype: true }),
        modelVersion: fc.integer({ min: 1 }),
        doc: names,
        values: fc.array(value, { minLength: 1, maxLength: 3 }),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  })
  .map(({ graph, metadata, irVersion, extras }) => ({ ...graph, metadata, irVersion, ...extras }))
