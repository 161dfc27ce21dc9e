import type { Dimension, Shape } from '../graph/index.ts'

/**
 * How a value holds what it knows of each place of the image: channels first `[N, C, h, w]`, channels last `[N, h, w, C]`, or
 * tokens `[N, T, D]`, where T − h·w tokens that belong to no place, such as a class token, stand in front of those of the places.
 */
export type Layout = 'spatial' | 'channels-last' | 'tokens'

/** Places of a square grid in a value. */
export interface Places {
  readonly layout: Layout
  readonly channels: Dimension
  readonly height: Dimension
  readonly width: Dimension
  /** Tokens in front of those of the places; 0 for values that have no tokens. */
  readonly extra: number
}

/** Class, distillation and register tokens: published networks have up to 9. */
const mostExtra = 16

/**
 * Finds the places in a value's shape. Images are square, so channels stand where the two equal sizes are not; of the tokens as
 * few as possible belong to no place.
 * @param layout what the configuration says
 * @returns undefined for a shape without places, such as that of pooled features
 */
export function placesOf(shape: Shape, layout?: Layout): Places | undefined {
  const [batch, a = '?', b = '?', c = '?'] = shape
  if (batch !== 'N') return undefined
  if (shape.length === 3 && (layout ?? 'tokens') === 'tokens') return tokenPlaces(a, b)
  if (shape.length !== 4 || layout === 'tokens') return undefined
  const last = layout === undefined ? a === b && b !== c : layout === 'channels-last'
  const [channels, height, width] = last ? [c, a, b] : [a, b, c]
  if (layout === undefined && (height !== width || height === 1)) return undefined
  return { layout: last ? 'channels-last' : 'spatial', channels, height, width, extra: 0 }
}

function tokenPlaces(tokens: Dimension, channels: Dimension): Places | undefined {
  if (typeof tokens !== 'number') return undefined
  const side = Math.floor(Math.sqrt(tokens))
  const extra = tokens - side * side
  return side > 1 && extra <= mostExtra ? { layout: 'tokens', channels, height: side, width: side, extra } : undefined
}
