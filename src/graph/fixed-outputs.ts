import { elements, int64, numbers, type Tensor, type Tensors } from '../core/index.ts'
import { type Evaluate, fix, type Walk } from './batch-walk.ts'
import type { Node } from './graph.ts'

/** Whole numbers and truth values say what exporters compute with; a larger tensor of them is data. */
const mostElements = 1 << 16

/**
 * Turns the outputs of a node into weights when they are the same whatever the image and the number of films: sizes, and what
 * is computed from them. Floats stay with their nodes, but for single numbers such as the scale of an attention.
 * @returns whether the node is done with
 */
export function fixedOutputs(walk: Walk, node: Node, evaluate: Evaluate): boolean {
  if (node.domain !== undefined || node.op === 'Identity') return false
  if (node.outputs.some(name => walk.graph.outputs.some(output => output.name === name))) return false
  const found = knownIntegers(walk, node) ?? computed(walk, node, evaluate)
  if (found === undefined) return false
  for (const [name, value] of Object.entries(found)) fix(walk, name, value)
  return true
}

/** Outputs whose elements inference knows, alike for both numbers of films. */
function knownIntegers({ few, lot }: Walk, node: Node): Tensors | undefined {
  const [name = '', ...others] = node.outputs
  const [small, large] = [few.knownOf(name).elements, lot.knownOf(name).elements]
  const value = few.valueOf(name)
  const known = small?.every((size, i) => typeof size === 'number' && size === large?.[i])
  if (!known || others.length > 0 || value?.dtype !== 'int64') return undefined
  return { [name]: int64(value.shape.map(Number), small!.map(Number)) }
}

function computed(walk: Walk, node: Node, evaluate: Evaluate): Tensors | undefined {
  const inputs: Record<string, Tensor> = {}
  for (const name of node.inputs) {
    const value = walk.weights[name] ?? walk.graph.weights[name]
    if (name === '') continue
    if (value === undefined || value.data.length > mostElements) return undefined
    inputs[name] = value
  }
  if (!node.outputs.every(name => name === '' || isSmall(walk, name))) return undefined
  const found = evaluate(node, walk.graph.opset, inputs)
  return (
    found && Object.fromEntries(Object.entries(found).map(([name, value]) => [name, asDeclared(walk, name, value)]))
  )
}

function isSmall({ few }: Walk, name: string): boolean {
  const { dtype, shape } = few.valueOf(name) ?? {}
  // What is computed here has 64 bits, and the nodes that read it want 16.
  if (dtype === 'float16') return false
  if (dtype === undefined || shape === undefined) return dtype !== undefined && dtype !== 'float32'
  const count = shape.every(size => typeof size === 'number') ? elements(shape) : mostElements
  return dtype === 'float32' ? count === 1 : count <= mostElements
}

function asDeclared({ few }: Walk, name: string, value: Tensor): Tensor {
  if (few.valueOf(name)?.dtype !== 'float32') return value
  return { dtype: 'float32', shape: value.shape, data: Float32Array.from(numbers(value)) }
}
