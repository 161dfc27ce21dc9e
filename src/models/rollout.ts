import { float32, int64, Problem } from '../core/index.ts'
import { type Builder, build, type Graph, inferShapes, reduceOver, withOutputs } from '../graph/index.ts'
import { attentionBefore } from './attention.ts'
import { heatOutput } from './explain.ts'
import { logitsOutput } from './network.ts'
import { placesOf } from './places.ts'

/**
 * The network with attention rollout (Abnar and Zuidema 2020, section 3): image → logits [N, K] and heat [N, h, w], the share of
 * the class token that comes from each place when every layer passes on half of what attention gathers, averaged over its heads,
 * and half of what was there: the first row of `A'_L ⋯ A'_2 A'_1` with `A' = ½ A + ½ I`, whose rows sum to 1 already. It is the
 * same for every class and needs no gradient.
 * @param tokens the value [N, T, D] whose first token the head stands on
 * @throws Problem when the attention before the tokens cannot be followed
 */
export function rolloutGraph(graph: Graph, tokens: string): Graph {
  const attention = attentionBefore(graph, tokens)
  const shape = inferShapes(graph).get(tokens)?.shape ?? []
  const places = placesOf(shape)
  const [, count] = shape
  if (places?.layout !== 'tokens' || typeof count !== 'number') {
    throw new Problem(
      `Cannot follow the attention before "${tokens}": its shape is [${shape.join(', ')}], tokens were wanted`,
    )
  }
  const builder = build(graph.name, withOutputs(graph, [logitsOutput, ...attention]))
  const row = attention.reduceRight<string | undefined>(
    (behind, value) => passedOn(builder, value, count, behind),
    undefined,
  )
  const longs = (...values: readonly number[]): string => builder.constant(int64([values.length], values))
  const ofPlaces = builder.node('Slice', [row!, longs(places.extra), longs(count), longs(2)])
  const grid = longs(0, Number(places.height), Number(places.width))
  builder.output(builder.node('Reshape', [ofPlaces, grid], {}, { name: heatOutput }))
  return withOutputs(builder.finish(), [logitsOutput, heatOutput])
}

/**
 * The row [N, 1, T] of the class token, one layer further down.
 * @param behind the row in the layers behind; undefined at the last layer, where it is the class token alone
 */
function passedOn(builder: Builder, attention: string, count: number, behind: string | undefined): string {
  const mean = reduceOver(builder, 'ReduceMean', attention, [1], { keepdims: false })
  const row =
    behind ??
    builder.constant(
      float32(
        [1, 1, count],
        Float32Array.from({ length: count }, (_, i) => Number(i === 0)),
      ),
    )
  const half = builder.constant(float32([], [0.5]))
  // Row · (½ A + ½ I) without the unit matrix.
  return builder.node('Mul', [builder.node('Add', [builder.node('MatMul', [row, mean]), row]), half])
}
