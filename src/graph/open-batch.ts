import { int } from './attributes.ts'
import { reshapedAxis } from './batch-axis.ts'
import {
  type Evaluate,
  faultAt,
  fresh,
  growingAxis,
  sizesOf,
  startWalk,
  visit,
  type Walk,
  weight,
} from './batch-walk.ts'
import { fixedOutputs } from './fixed-outputs.ts'
import type { Dimension, Graph, Node, Value } from './graph.ts'
import { inferWithFaults } from './infer-shapes.ts'

/**
 * A graph that takes any number of films `N`, whatever its exporter knew of batches. It is walked through with two numbers of
 * films, that of the file and a large prime one, so that each size tells whether it grows with them:
 *
 * - Sizes and other small numbers that do not depend on the image become weights.
 * - A Reshape to sizes for the file's number of films, or to sizes that nodes compute, gets fixed sizes with 0 (as before) or
 *   -1 (what remains) in place of the films.
 * - A value that is there once a batch, such as the class token of a vision transformer, is expanded where it meets the films'.
 * - Sizes that have no name, such as films × heads, are stated in the graph as `12*N`.
 *
 * @param graph its first input is the image [N, …]
 * @param stated the size of the batch in the file: a number when it is for so many films only
 * @param evaluate computes what does not depend on the image
 * @throws Problem when something on the way holds on to the file's number of films
 */
export function openBatch(graph: Graph, stated: Dimension, evaluate: Evaluate): Graph {
  const [image] = graph.inputs
  if (image === undefined || image.shape.slice(1).some(size => typeof size === 'string')) return graph
  const walk = startWalk(graph, image, stated)
  const nodes: Node[] = []
  for (const node of graph.nodes) {
    for (const each of opened(walk, node)) {
      visit(walk, each)
      if (!fixedOutputs(walk, each, evaluate)) nodes.push(each)
    }
  }
  const open: Graph = { ...graph, nodes, weights: { ...graph.weights, ...walk.weights } }
  const inferred = inferWithFaults({ ...open, outputs: [] }).values
  const named = new Map([...inferred].flatMap(([name, value]) => namedSizes(walk, name, value)))
  const outputs = graph.outputs.map(output => named.get(output.name) ?? inferred.get(output.name) ?? output)
  const inner = [...named.values()].filter(({ name }) => !outputs.some(output => output.name === name))
  return { ...open, outputs, ...(inner.length > 0 && { values: inner }) }
}

/** The nodes that stand for a node of the file. */
function opened(walk: Walk, node: Node): readonly Node[] {
  if (node.domain !== undefined) return [node]
  if (node.op === 'Reshape') return [openReshape(walk, node)]
  if (node.op === 'Expand') return openExpand(walk, node)
  return node.op === 'Concat' ? openConcat(walk, node) : [node]
}

function openReshape(walk: Walk, node: Node): Node {
  const [input = '', target = ''] = node.inputs
  const [output = ''] = node.outputs
  const at = walk.axes.get(input)
  const from = sizesOf(walk.few, input)
  const fault = faultAt(walk, node)
  const to = sizesOf(walk.few, output)
  if (at === undefined || from === undefined || to === undefined) return node
  const computed = walk.graph.weights[target] === undefined
  const found = fault === undefined ? growingAxis(walk, output) : undefined
  const trusted = found !== undefined && (computed || !walk.fixed)
  if (trusted && !computed) return node
  const axis = trusted ? found : reshapedAxis(at, from, to, walk.films)?.axis
  if (axis === undefined || to.includes(0) || (axis === found && !computed)) return node
  const kept = at.axis === axis && from[axis] === to[axis]
  const sizes = to.map((size, i) => (i !== axis ? size : kept ? 0 : -1))
  const { allowzero: _stated, ...attributes } = node.attributes
  return { ...node, inputs: [input, weight(walk, `${output}/any-batch`, sizes)], attributes }
}

/** An Expand to sizes that nodes compute gets sizes of its own, from the image. */
function openExpand(walk: Walk, node: Node): readonly Node[] {
  const [input = '', target = ''] = node.inputs
  const [output = ''] = node.outputs
  if (walk.graph.weights[target] !== undefined || faultAt(walk, node) !== undefined) return [node]
  const sizes = sizesOf(walk.few, output)
  const axis = growingAxis(walk, output)
  if (sizes === undefined || (axis !== undefined && sizes[axis] !== walk.films)) return [node]
  return expandNodes(walk, { input, sizes, axis, output })
}

/** Expands the parts that are there once, where others are there once a film. */
function openConcat(walk: Walk, node: Node): readonly Node[] {
  const films = node.inputs.map(name => walk.axes.get(name)).find(at => at !== undefined)
  const before: Node[] = []
  const inputs = node.inputs.map(name => {
    const sizes = sizesOf(walk.lot, name)
    if (films === undefined || walk.axes.has(name) || sizes?.[films.axis] !== 1) return name
    const output = fresh(walk, `${name}/films`)
    before.push(...expandNodes(walk, { input: name, sizes, axis: films.axis, output }))
    return output
  })
  return before.length === 0 ? [node] : [...before, { ...node, inputs }]
}

interface Expansion {
  readonly input: string
  readonly sizes: readonly number[]
  /** The axis that gets the number of films instead of its size. */
  readonly axis: number | undefined
  readonly output: string
}

/** Nodes that expand a value; the number of films is read off the image. */
function expandNodes(walk: Walk, { input, sizes, axis, output }: Expansion): readonly Node[] {
  const fixed = (from: number, to: number): string => weight(walk, `${output}/sizes`, sizes.slice(from, to))
  const make = (op: string, inputs: readonly string[], name: string, attributes: Node['attributes'] = {}): Node => ({
    op,
    inputs,
    outputs: [name],
    attributes,
  })
  if (axis === undefined) return [make('Expand', [input, fixed(0, sizes.length)], output)]
  const [image, count, shape] = ['image', 'films', 'shape'].map(part => fresh(walk, `${output}/${part}`))
  const parts = [
    ...(axis > 0 ? [fixed(0, axis)] : []),
    count!,
    ...(axis < sizes.length - 1 ? [fixed(axis + 1, sizes.length)] : []),
  ]
  return [
    make('Shape', [walk.image.name], image!),
    make('Gather', [image!, weight(walk, `${output}/first`, [0])], count!, { axis: int(0) }),
    make('Concat', parts, shape!, { axis: int(0) }),
    make('Expand', [input, shape!], output),
  ]
}

/** A value that holds a size which inference has no name for, with that size as a multiple of the films. */
function namedSizes(walk: Walk, name: string, value: Value): readonly [string, Value][] {
  const small = sizesOf(walk.few, name)
  if (small === undefined || !value.shape.includes('?')) return []
  const films = String(walk.image.shape[0])
  const axis = growingAxis(walk, name)
  const shape = small.map((size, i): Dimension => (i === axis ? multiple(size / walk.films, films) : size))
  return [[name, { ...value, shape }]]
}

function multiple(factor: number, name: string): string {
  return factor === 1 ? name : `${factor}*${name}`
}
