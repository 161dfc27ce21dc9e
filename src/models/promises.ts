import { Problem } from '../core/index.ts'
import { type Graph, inferShapes, type Shape } from '../graph/index.ts'
import type { ModelCard } from './card.ts'
import { imageInput, logitsOutput } from './network.ts'
import { placesOf } from './places.ts'

/** @throws Problem when a card promises what its graph does not keep: other films, other classes, a value to explain */
export function refuseBrokenPromises(graph: Graph, card: ModelCard): void {
  const { channels, size } = card.contract
  const image = graph.inputs.find(({ name }) => name === imageInput)
  const logits = graph.outputs.find(({ name }) => name === logitsOutput)
  demand(card, imageInput, image?.shape, ['N', channels, size, size])
  demand(card, logitsOutput, logits?.shape, ['N', card.classes.length])
  if (card.explanation?.method === 'none') return
  const explained = inferShapes(graph).get(card.explain)?.shape
  if (explained && placesOf(explained)) return
  demand(card, card.explain, explained, ['N', '?', '?', '?'])
}

function demand(card: ModelCard, value: string, found: Shape | undefined, wanted: Shape): void {
  const fits =
    found?.length === wanted.length && wanted.every((size, i) => typeof size === 'string' || size === found[i])
  if (fits) return
  throw new Problem(
    `Cannot use the model "${card.name}": its value "${value}" is ${found ? `[${found.join(', ')}]` : 'missing'}, its card promises [${wanted.join(', ')}]`,
  )
}
