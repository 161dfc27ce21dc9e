import { type Dimension, foldShapes, type Graph, type Value } from '../../graph/index.ts'

/**
 * The graph for inputs of these sizes alone: what it computes of sizes is written down. Without that, arithmetic on shapes would
 * run on the CPU.
 *
 * @param sizes numbers for symbolic sizes
 */
export function fixSizes(graph: Graph, sizes: ReadonlyMap<string, number>): Graph {
  const fixed = (size: Dimension): Dimension => (typeof size === 'string' ? (sizes.get(size) ?? size) : size)
  const fixedValues = (values: readonly Value[]): readonly Value[] =>
    values.map(value => ({ ...value, shape: value.shape.map(fixed) }))
  return foldShapes({
    ...graph,
    inputs: fixedValues(graph.inputs),
    outputs: fixedValues(graph.outputs),
    values: fixedValues(graph.values ?? []),
  })
}
