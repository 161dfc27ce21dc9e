import { Problem } from '../core/index.ts'
import { type Graph, inferShapes } from '../graph/index.ts'
import { placesOf } from './places.ts'

/** The last value that still has places: pooled features would explain nothing. */
export function lastWithPlaces(graph: Graph, path: string): string {
  const shapes = inferShapes(graph)
  const dark = graph.nodes.find(node => !shapes.has(node.outputs[0] ?? ''))
  if (dark !== undefined) {
    throw new Problem(
      `Cannot find the last value of the backbone "${path}" that has places: what operator ${dark.op} at "${dark.outputs[0]}" gives is not known`,
      { next: 'name a value with "cut" in the configuration' },
    )
  }
  // A Reshape to three dimensions flattens the places of a convolution; it makes no tokens.
  const last = graph.nodes.findLast(({ op, outputs: [name = ''] }) => {
    const places = placesOf(shapes.get(name)?.shape ?? [])
    return places !== undefined && !(op === 'Reshape' && places.layout === 'tokens')
  })
  if (last !== undefined) return last.outputs[0]!
  throw new Problem(
    `Cannot use the backbone "${path}": none of its values has places, such as [N, C, h, w] or tokens [N, T, D]`,
    { next: `npx chestnut layers ${path}, and name one with "cut" in the configuration` },
  )
}
