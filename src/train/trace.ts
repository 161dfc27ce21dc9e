import { floats, type Tensors } from '../core/index.ts'
import { build, dtypeCodes, type Graph, inferShapes, int } from '../graph/index.ts'

/** A value of a graph, and what makes it. */
export interface TracedValue {
  readonly name: string
  readonly op: string
}

/** A graph that tells of some of its values whether all their elements are finite numbers. */
export interface Trace {
  readonly graph: Graph
  /** The outputs that tell it, in the order of the values. */
  readonly outputs: readonly string[]
  /** @param answer what a run gave for `outputs` @returns the first value that is not finite, in the order of the graph */
  firstBad(answer: Tensors): TracedValue | undefined
}

/**
 * Each of the values is subtracted from itself and summed up: 0 where all of it is finite, NaN elsewhere. A scalar a value, so that
 * none of them has to be kept.
 *
 * @param among the values that count. Default: all that nodes make. Only floats are looked at
 */
export function trace(graph: Graph, among?: ReadonlySet<string>): Trace {
  const builder = build(graph.name, graph)
  const known = inferShapes(graph)
  const values: TracedValue[] = []
  const outputs: string[] = []
  for (const { op, outputs: made } of graph.nodes) {
    for (const name of made) {
      const value = known.get(name)
      if (among?.has(name) === false || (value?.dtype !== 'float32' && value?.dtype !== 'float16')) continue
      const zeros = builder.node('Sub', [name, name])
      const sum = value.shape.length === 0 ? zeros : builder.node('ReduceSum', [zeros], { keepdims: int(0) })
      const flag = builder.node('Cast', [sum], { to: int(dtypeCodes.float32) })
      builder.output(flag)
      values.push({ name, op })
      outputs.push(flag)
    }
  }
  return {
    graph: builder.finish(),
    outputs,
    firstBad: answer => values.find((_, i) => !Number.isFinite(floats(answer[outputs[i]!]!)[0]!)),
  }
}
