import { int64 } from '../core/index.ts'
import { type Builder, int, ints } from '../graph/index.ts'
import type { Places } from './places.ts'

/** Adds nodes that show a value as [N, C, h, w]. Tokens that belong to no place are left out. */
export function asGrid(builder: Builder, value: string, { layout, height, width, extra }: Places): string {
  if (layout === 'spatial') return value
  const named = { name: `${value}/places` }
  if (layout === 'channels-last') return builder.node('Transpose', [value], { perm: ints([0, 3, 1, 2]) }, named)
  const longs = (...values: readonly number[]): string => builder.constant(int64([values.length], values))
  const patches =
    extra === 0
      ? value
      : builder.node('Slice', [value, longs(extra), longs(extra + Number(height) * Number(width)), longs(1)])
  const channelsFirst = builder.node('Transpose', [patches], { perm: ints([0, 2, 1]) })
  return builder.node('Reshape', [channelsFirst, longs(0, 0, Number(height), Number(width))], {}, named)
}

/** Adds a node that picks the class token [N, D], the first one. */
export function classToken(builder: Builder, tokens: string): string {
  return builder.node(
    'Gather',
    [tokens, builder.constant(int64([], [0]))],
    { axis: int(1) },
    { name: `${tokens}/class` },
  )
}
