import { Problem, type Tensor, type Tensors } from '../../core/index.ts'
import type { Graph, Node } from '../../graph/index.ts'
import { fromTensor, type NdArray, toTensor } from './array.ts'
import { callOf } from './call.ts'
import { referenceOps } from './reference-ops.ts'
import { roundToHalf } from './round-to-half.ts'

export interface InterpretOptions {
  /** The values wanted, of any node; the graph's outputs unless told. */
  readonly outputs?: readonly string[]
}

/**
 * Runs a graph, one plain function an operator, in float64 throughout: what other engines and gradients are held
 * against. Floating-point inputs may be float32 or float64 whatever the graph declares; floating-point outputs are
 * float64. Only float16 is rounded to, after each operator: its range and its digits are what mixed precision is about. An
 * input that has the name of a weight replaces it.
 *
 * @throws Problem for an operator that the reference does not know, and for an input that is missing.
 */
export function interpret(graph: Graph, inputs: Tensors, options: InterpretOptions = {}): Tensors {
  const outputs = options.outputs ?? graph.outputs.map(output => output.name)
  const values = new Map<string, NdArray>()
  for (const given of [graph.weights, inputs]) {
    for (const [name, value] of Object.entries<Tensor>(given)) values.set(name, fromTensor(value))
  }
  for (const node of neededNodes(graph, outputs)) run(node, graph.opset, values)
  return Object.fromEntries(outputs.map(name => [name, toTensor(found(name, values, graph))]))
}

/** The outputs of one node, in float64 as above; undefined for an operator that the reference does not know. */
export function evaluateNode(node: Node, opset: number, inputs: Tensors): Tensors | undefined {
  if (node.domain !== undefined || referenceOps[node.op] === undefined) return undefined
  const values = new Map(Object.entries<Tensor>(inputs).map(([name, value]) => [name, fromTensor(value)]))
  run(node, opset, values)
  return Object.fromEntries(
    node.outputs.flatMap(name => (values.has(name) ? [[name, toTensor(values.get(name)!)]] : [])),
  )
}

function run(node: Node, opset: number, values: Map<string, NdArray>): void {
  const operator = referenceOps[node.op]
  if (operator === undefined) throw new Problem(`Cannot run the operator "${node.op}": the reference does not know it`)
  const inputs = node.inputs.map(name => {
    if (name === '') return undefined
    const value = values.get(name)
    if (value === undefined) throw new Problem(`Cannot run ${node.op}: its input "${name}" has no value`)
    return value
  })
  const result = operator(callOf(node, opset, inputs))
  const results = 'dtype' in result ? [result] : result
  for (const [place, name] of node.outputs.entries()) {
    const value = results[place]
    if (name !== '' && value !== undefined) values.set(name, value.dtype === 'float16' ? inHalf(value) : value)
  }
}

function inHalf(value: NdArray): NdArray {
  return { ...value, data: value.data.map(roundToHalf) }
}

/** The nodes that the outputs depend on, in the graph's order. */
function neededNodes(graph: Graph, outputs: readonly string[]): readonly Node[] {
  const wanted = new Set(outputs)
  const needed: Node[] = []
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some(name => wanted.has(name))) continue
    needed.push(node)
    for (const name of node.inputs) wanted.add(name)
  }
  return needed.reverse()
}

function found(name: string, values: ReadonlyMap<string, NdArray>, graph: Graph): NdArray {
  const value = values.get(name)
  if (value === undefined) throw new Problem(`Cannot read "${name}": the graph "${graph.name}" makes no such value`)
  return value
}
