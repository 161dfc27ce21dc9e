import { Problem } from '../core/index.ts'
import type { Graph } from './graph.ts'
import { inferShapes } from './infer-shapes.ts'
import { prune, valueIn } from './prune.ts'

/**
 * Cuts a graph in two at a value.
 * @returns `before`, whose one output is the value, and `after`, which has it as its first input and the old outputs
 * @throws Problem when something behind the cut also needs an input from before it by another way
 */
export function cutAt(graph: Graph, value: string): { readonly before: Graph; readonly after: Graph } {
  const at = valueIn(graph, inferShapes(graph), value)
  const before = prune({ ...graph, outputs: [at] })
  const made = graph.nodes.findIndex(node => node.outputs.includes(value))
  const cut = graph.nodes.map((node, i) =>
    i === made ? { ...node, outputs: node.outputs.map(name => (name === value ? '' : name)) } : node,
  )
  const others = graph.inputs.filter(({ name }) => name !== value)
  const after = prune({ ...graph, inputs: [at, ...others], nodes: cut })
  const around = after.inputs.find(({ name }) => name !== value && before.inputs.some(input => input.name === name))
  if (around !== undefined) {
    throw new Problem(
      `Cannot cut graph "${graph.name}" at "${value}": what comes after it also needs "${around.name}" by another way`,
    )
  }
  return { before, after }
}
