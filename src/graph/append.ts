import { Problem } from '../core/index.ts'
import type { Dimension, Graph, Value } from './graph.ts'
import { inferShapes } from './infer-shapes.ts'
import { namesOf, renameValues } from './names.ts'
import { valueIn } from './prune.ts'

/**
 * Puts `second` behind `first`. Names of `second` that `first` has already get a number.
 * @param join inputs of `second`, each with the value of `first` that it takes
 * @returns a graph with the inputs of `first` and those of `second` that are not joined, the outputs of `first` that are
 * not joined and those of `second`, and the metadata of both (`first` wins)
 */
export function append(first: Graph, second: Graph, join: Readonly<Record<string, string>>): Graph {
  if (first.opset !== second.opset) {
    throw new Problem(
      `Cannot append graph "${second.name}" to "${first.name}": operator sets ${second.opset} and ${first.opset} differ`,
    )
  }
  const values = inferShapes(first)
  for (const [input, source] of Object.entries(join)) {
    const wanted = second.inputs.find(({ name }) => name === input)
    if (wanted === undefined) {
      throw new Problem(`Cannot append graph "${second.name}" to "${first.name}": it has no input "${input}"`)
    }
    refuseMismatch(wanted, valueIn(first, values, source))
  }
  const behind = renameValues(second, { ...uniqueNames(first, second), ...join })
  const joined = new Set(Object.values(join))
  const inner = [...(first.values ?? []), ...(behind.values ?? [])]
  return {
    ...first,
    inputs: [...first.inputs, ...behind.inputs.filter((_, i) => !Object.hasOwn(join, second.inputs[i]?.name ?? ''))],
    outputs: [...first.outputs.filter(({ name }) => !joined.has(name)), ...behind.outputs],
    nodes: [...first.nodes, ...behind.nodes],
    weights: { ...first.weights, ...behind.weights },
    metadata: { ...second.metadata, ...first.metadata },
    ...((first.domains || second.domains) && { domains: { ...second.domains, ...first.domains } }),
    ...(inner.length > 0 && { values: inner }),
  }
}

/** New names for those of `second` that `first` has already. */
function uniqueNames(first: Graph, second: Graph): Record<string, string> {
  const before = namesOf(first)
  const own = namesOf(second)
  const taken = new Set([...before, ...own])
  const renamed: Record<string, string> = {}
  for (const name of own) {
    if (name === '' || !before.has(name)) continue
    let count = 1
    while (taken.has(`${name}_${count}`)) count++
    renamed[name] = `${name}_${count}`
    taken.add(`${name}_${count}`)
  }
  return renamed
}

function refuseMismatch(wanted: Value, given: Value): void {
  const fit = (a: Dimension, b: Dimension | undefined): boolean =>
    typeof a === 'string' || typeof b === 'string' || a === b
  const same =
    wanted.dtype === given.dtype &&
    wanted.shape.length === given.shape.length &&
    wanted.shape.every((size, axis) => fit(size, given.shape[axis]))
  if (same) return
  throw new Problem(
    `Cannot join "${given.name}" to "${wanted.name}": it is ${given.dtype} [${given.shape.join(', ')}], ${wanted.dtype} [${wanted.shape.join(', ')}] was wanted`,
  )
}
