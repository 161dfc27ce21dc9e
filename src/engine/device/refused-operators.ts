import type { Tensor } from '../../core/index.ts'
import { type Graph, inferShapes, type Node, type Value } from '../../graph/index.ts'
import { openWebGpuSession, wouldFallBack } from './webgpu-session.ts'

/**
 * The operators of a graph that the device does not take, sorted. ONNX Runtime says only that there are some, so each is
 * tried in a graph of its own. What makes shapes alone is not asked: that is a matter of known sizes, not of operators.
 */
export async function refusedOperators(graph: Graph): Promise<readonly string[]> {
  const values = inferShapes(graph)
  const refused = new Set<string>()
  const tried = new Set<string>()
  for (const node of graph.nodes) {
    const key = signatureOf(node, values)
    if (tried.has(key) || refused.has(node.op) || makesShapes(node, values) || !isKnown(node, values)) continue
    tried.add(key)
    if (!(await takes(single(graph, node, values)))) refused.add(node.op)
  }
  return [...refused].sort()
}

function signatureOf(node: Node, values: ReadonlyMap<string, Value>): string {
  const inputs = node.inputs.map(name => {
    const value = values.get(name)
    return value === undefined ? '' : `${value.dtype}${value.shape.length}`
  })
  return JSON.stringify(
    [node.op, node.domain, inputs, node.outputs.map(name => name !== ''), node.attributes],
    numbersOf,
  )
}

/** Attributes may hold 64-bit integers, which JSON has no form for. */
function numbersOf(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value
}

/** What cannot be written down as a graph of its own is not tried. */
function isKnown(node: Node, values: ReadonlyMap<string, Value>): boolean {
  return [...node.inputs, ...node.outputs].every(name => name === '' || values.has(name))
}

function makesShapes(node: Node, values: ReadonlyMap<string, Value>): boolean {
  const areSizes = (names: readonly string[]): boolean =>
    names.every(name => name === '' || values.get(name)?.dtype === 'int64')
  return areSizes(node.outputs) || (node.inputs.length > 0 && areSizes(node.inputs))
}

/** A graph of one node, with the weights that it reads. */
function single(graph: Graph, node: Node, values: ReadonlyMap<string, Value>): Graph {
  const names = [...new Set(node.inputs)].filter(name => name !== '')
  const weights = names.flatMap((name): readonly [string, Tensor][] => {
    const weight = graph.weights[name]
    return weight === undefined ? [] : [[name, weight]]
  })
  const { values: _stated, ...rest } = graph
  return {
    ...rest,
    inputs: names.flatMap(name => (name in graph.weights ? [] : (values.get(name) ?? []))),
    outputs: node.outputs.flatMap(name => (name === '' ? [] : (values.get(name) ?? []))),
    nodes: [node],
    weights: Object.fromEntries(weights),
  }
}

async function takes(graph: Graph): Promise<boolean> {
  try {
    const session = await openWebGpuSession(
      graph,
      graph.outputs.map(({ name }) => name),
    )
    await session.release()
    return true
  } catch (error) {
    if (wouldFallBack(error)) return false
    throw error
  }
}
