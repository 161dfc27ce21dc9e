import type { Tensors } from '../core/index.ts'
import { Problem } from '../core/index.ts'
import type { Graph } from './graph.ts'

/** For training: the named weights become inputs, behind the inputs that there are, in the order of `names`. */
export function weightsAsInputs(graph: Graph, names: readonly string[]): Graph {
  const moved = new Set(names)
  const inputs = [...moved].map(name => {
    const weight = graph.weights[name]
    if (weight === undefined)
      throw new Problem(`Cannot make "${name}" of graph "${graph.name}" an input: it is no weight`)
    return { name, dtype: weight.dtype, shape: weight.shape }
  })
  return {
    ...graph,
    inputs: [...graph.inputs, ...inputs],
    weights: Object.fromEntries(Object.entries(graph.weights).filter(([name]) => !moved.has(name))),
  }
}

/**
 * Gives weights other values, or turns inputs into weights.
 * @throws Problem when a name is neither, or type or shape do not fit
 */
export function withWeights(graph: Graph, values: Tensors): Graph {
  for (const [name, value] of Object.entries(values)) {
    const there = graph.weights[name] ?? graph.inputs.find(input => input.name === name)
    if (there === undefined) {
      throw new Problem(`Cannot set weight "${name}" of graph "${graph.name}": it is neither a weight nor an input`)
    }
    const fits =
      there.dtype === value.dtype &&
      there.shape.length === value.shape.length &&
      there.shape.every((size, axis) => typeof size === 'string' || size === value.shape[axis])
    if (!fits) {
      throw new Problem(
        `Cannot set weight "${name}" of graph "${graph.name}": it is ${there.dtype} [${there.shape.join(', ')}], the new value is ${value.dtype} [${value.shape.join(', ')}]`,
      )
    }
  }
  return {
    ...graph,
    inputs: graph.inputs.filter(({ name }) => !Object.hasOwn(values, name)),
    weights: { ...graph.weights, ...values },
  }
}
