import type { Tensor } from '../core/index.ts'
import { numbers } from '../core/index.ts'
import type { Attribute, Graph, Node, Value } from './graph.ts'
import { inferWithFaults } from './infer-shapes.ts'

/** Weights with more elements are printed without them. */
const mostPrinted = 8

/**
 * A graph as text for people and for comparison: equal graphs give equal text. Weights show their type and shape, small
 * ones their values too.
 */
export function print(graph: Graph): string {
  const { values } = inferWithFaults(graph)
  return [
    `graph "${graph.name}" opset ${graph.opset}`,
    ...Object.entries(graph.metadata).map(([key, value]) => `  metadata ${key} = ${JSON.stringify(value)}`),
    ...graph.inputs.map(value => `  input ${valueText(value)}`),
    ...Object.entries(graph.weights).map(([name, weight]) => `  weight ${name}: ${tensorText(weight)}`),
    ...graph.nodes.map(node => `  ${nodeText(node, values)}`),
    ...graph.outputs.map(value => `  output ${valueText(value)}`),
    '',
  ].join('\n')
}

function valueText({ name, dtype, shape }: Value): string {
  return `${name}: ${dtype}[${shape.join(', ')}]`
}

function nodeText(node: Node, values: ReadonlyMap<string, Value>): string {
  const outputs = node.outputs.map(name => {
    const value = values.get(name)
    return value === undefined ? name || '_' : valueText(value)
  })
  const attributes = Object.entries(node.attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, attribute]) => `${name}=${attributeText(attribute)}`)
  const operator = node.domain === undefined ? node.op : `${node.domain}.${node.op}`
  const parts = [...node.inputs.map(name => name || '_'), ...attributes]
  return `${outputs.join(', ')} = ${operator}(${parts.join(', ')})`
}

function attributeText(attribute: Attribute): string {
  switch (attribute.type) {
    case 'int':
      return String(attribute.value)
    case 'float':
      return floatText(attribute.value)
    case 'string':
      return JSON.stringify(attribute.value)
    case 'ints':
      return `[${attribute.value.join(', ')}]`
    case 'floats':
      return `[${attribute.value.map(floatText).join(', ')}]`
    case 'strings':
      return JSON.stringify(attribute.value)
    case 'tensor':
      return tensorText(attribute.value)
    case 'graph':
      return `{ ${attribute.value.nodes.map(node => nodeText(node, new Map())).join('; ')} }`
    default:
      throw new TypeError(attribute satisfies never)
  }
}

function tensorText(value: Tensor): string {
  const type = `${value.dtype}[${value.shape.join(', ')}]`
  if (value.data.length > mostPrinted || value.dtype === 'string' || value.dtype === 'float16') return type
  return `${type} = ${numbers(value).map(floatText).join(' ')}`
}

/** The shortest decimal that is still the same 32-bit float; whole numbers as they are. */
function floatText(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value)
  for (let digits = 6; digits < 10; digits++) {
    const text = value.toPrecision(digits)
    if (Math.fround(Number(text)) === Math.fround(value)) return String(Number(text))
  }
  return String(value)
}
