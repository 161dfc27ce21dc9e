import { nearest, Problem } from '../core/index.ts'
import { type Graph, inferShapes } from '../graph/index.ts'

/** Suggestions in a message. */
const most = 3

/**
 * A value that the configuration names.
 * @throws Problem with the nearest names when there is none of this name or its shape is not known
 */
export function namedValue(graph: Graph, name: string, key: string, path: string): string {
  const values = inferShapes(graph)
  const made = new Set(graph.nodes.flatMap(node => node.outputs))
  if (values.has(name) && (made.has(name) || graph.inputs.some(input => input.name === name))) return name
  const is = made.has(name) ? 'what its operator gives is not known' : `no operator gives it${meant(name, [...made])}`
  throw new Problem(`Cannot use "${key}: '${name}'" for the backbone "${path}": ${is}`, {
    next: `npx chestnut layers ${path}, which lists the values`,
  })
}

/** The end of a sentence about an unknown name: the nearest known ones. */
export function meant(name: string, known: readonly string[]): string {
  const left = new Set(known)
  const found: string[] = []
  while (found.length < most) {
    const next = nearest(name, [...left])
    if (next === undefined) break
    found.push(`"${next}"`)
    left.delete(next)
  }
  return found.length === 0 ? '' : `, did you mean ${found.join(' or ')}?`
}
