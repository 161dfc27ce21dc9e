import type { Tensor } from '../core/index.ts'
import { int64, Problem, scalar } from '../core/index.ts'
import { floatOf, int, intOf, intsOf, string_ } from './attributes.ts'
import { defaultOpset } from './builder.ts'
import type { Attributes, Graph, Node, Value } from './graph.ts'
import { inferShapes, placeOf } from './infer-shapes.ts'
import { namesOf } from './names.ts'

/** Older operator sets broadcast in another way. */
const oldest = 7

/**
 * The graph in operator set 17, so that code which adds nodes has one form to write. Where a node took an attribute that is an
 * input today, the attribute becomes a weight. Newer graphs stay as they are.
 * @throws Problem for operator sets before 7 and for a Softmax over several axes at once
 */
export function upgrade(graph: Graph): Graph {
  if (graph.opset >= defaultOpset) return graph
  if (graph.opset < oldest) {
    throw new Problem(
      `Cannot use graph "${graph.name}": its operator set is ${graph.opset}, ${oldest} or newer was wanted`,
      { next: 'python: onnx.version_converter.convert_version(model, 17)' },
    )
  }
  const { irVersion: _older, ...rest } = graph
  if (graph.opset >= 13) return { ...rest, opset: defaultOpset }
  const values = inferShapes(graph)
  const taken = new Set(namesOf(graph))
  const weights: Record<string, Tensor> = { ...graph.weights }
  const weight = (node: Node, what: string, value: Tensor): string => {
    const wanted = `${node.name ?? node.outputs[0]}/${what}`
    let name = wanted
    for (let count = 1; taken.has(name); count++) name = `${wanted}_${count}`
    taken.add(name)
    weights[name] = value
    return name
  }
  const nodes = graph.nodes.map(node => {
    const rule = node.domain === undefined ? rules[node.op] : undefined
    return rule === undefined ? node : rule(node, { opset: graph.opset, values, weight })
  })
  return { ...rest, opset: defaultOpset, nodes, weights }
}

interface Help {
  /** The operator set that the node comes from. */
  readonly opset: number
  readonly values: ReadonlyMap<string, Value>
  weight(node: Node, what: string, value: Tensor): string
}

type Rule = (node: Node, help: Help) => Node

const without = (attributes: Attributes, ...names: readonly string[]): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)))

const longs = (values: readonly number[]): Tensor => int64([values.length], values)

/** The named list attributes as further inputs, in their order. */
function listsAsInputs(...names: readonly string[]): Rule {
  return (node, help) => {
    const given = names.map(name => {
      const list = intsOf(node, name)
      return list === undefined ? '' : help.weight(node, name, longs(list))
    })
    if (given.every(name => name === '')) return node
    const last = given.findLastIndex(name => name !== '')
    return {
      ...node,
      inputs: [...node.inputs, ...given.slice(0, last + 1)],
      attributes: without(node.attributes, ...names),
    }
  }
}

const clip: Rule = (node, help) => {
  const bound = (name: 'min' | 'max'): string =>
    node.attributes[name] === undefined ? '' : help.weight(node, name, scalar(floatOf(node, name, 0)))
  if (node.inputs.length > 1) return node
  return {
    ...node,
    inputs: [...node.inputs, bound('min'), bound('max')],
    attributes: without(node.attributes, 'min', 'max'),
  }
}

const pad: Rule = (node, help) => {
  const pads = intsOf(node, 'pads')
  if (pads === undefined) return node
  const value = scalar(floatOf(node, 'value', 0))
  return {
    ...node,
    inputs: [...node.inputs, help.weight(node, 'pads', longs(pads)), help.weight(node, 'value', value)],
    attributes: without(node.attributes, 'pads', 'value'),
  }
}

/** Before 13 all axes from `axis` on counted as one, and `axis` was 1 by default. */
const softmax: Rule = (node, { values }) => {
  const shape = values.get(node.inputs[0] ?? '')?.shape
  const axis = intOf(node, 'axis', 1)
  const others = axis < 0 ? shape?.slice(axis).slice(1) : shape?.slice(axis + 1)
  if (others?.every(size => size === 1)) return { ...node, attributes: { ...node.attributes, axis: int(axis) } }
  throw new Problem(`Cannot bring ${placeOf(node)} to operator set ${defaultOpset}: it works on several axes at once`)
}

/** Inference form: the share that training drops does not matter. */
const dropout: Rule = node => ({ ...node, inputs: node.inputs.slice(0, 1), attributes: {} })

const batchNormalization: Rule = node => ({
  ...node,
  outputs: node.outputs.slice(0, 1),
  attributes: without(node.attributes, 'spatial'),
})

/** Operator set 10 scaled from the corner and took no region. */
const resize: Rule = (node, { opset }) => {
  if (opset >= 11) return node
  const [input = '', scales = ''] = node.inputs
  return {
    ...node,
    inputs: [input, '', scales],
    attributes: {
      ...node.attributes,
      coordinate_transformation_mode: string_('asymmetric'),
      nearest_mode: string_('floor'),
    },
  }
}

const rules: Readonly<Record<string, Rule>> = {
  BatchNormalization: batchNormalization,
  Clip: clip,
  Dropout: dropout,
  LogSoftmax: softmax,
  Pad: pad,
  ReduceSum: listsAsInputs('axes'),
  Resize: resize,
  Scatter: node => ({ ...node, op: 'ScatterElements' }),
  Slice: listsAsInputs('starts', 'ends', 'axes'),
  Softmax: softmax,
  Split: listsAsInputs('split'),
  Squeeze: listsAsInputs('axes'),
  Unsqueeze: listsAsInputs('axes'),
}
