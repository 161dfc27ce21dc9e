import type { Film } from '../imaging/index.ts'

/** A change of geometry about the film's middle: mirror, zoom, turn, shift, in this order. */
export interface Affine {
  readonly mirror: boolean
  /** Above 1: larger. */
  readonly zoom: number
  /** Clockwise on the screen. */
  readonly radians: number
  /** To the right: share of the width. */
  readonly shiftX: number
  /** Downwards: share of the height. */
  readonly shiftY: number
}

/**
 * The film after a change of geometry, on the same raster. Each pixel looks up where it came from and mixes the four
 * pixels around that place; what comes from outside takes the median of the film's border.
 */
export function warp(film: Film, change: Affine): Film {
  if (!change.mirror && change.zoom === 1 && change.radians === 0 && change.shiftX === 0 && change.shiftY === 0)
    return film
  const { width, height } = film
  const pixels = new Uint16Array(width * height)
  const sample = sampler(film, borderMedian(film))
  const middleX = (width - 1) / 2
  const middleY = (height - 1) / 2
  const cos = Math.cos(change.radians) / change.zoom
  const sin = Math.sin(change.radians) / change.zoom
  const side = change.mirror ? -1 : 1
  for (let y = 0; y < height; y++) {
    const dy = y - middleY - change.shiftY * height
    for (let x = 0; x < width; x++) {
      const dx = x - middleX - change.shiftX * width
      const fromX = middleX + side * (cos * dx + sin * dy)
      const fromY = middleY - sin * dx + cos * dy
      pixels[y * width + x] = Math.round(sample(fromX, fromY))
    }
  }
  return { width, height, pixels }
}

/** Bilinear: the four pixels around a place, weighted by how near they are. */
function sampler({ width, height, pixels }: Film, outside: number): (x: number, y: number) => number {
  const at = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= width || y >= height ? outside : pixels[y * width + x]!
  return (x, y) => {
    const left = Math.floor(x)
    const top = Math.floor(y)
    const right = x - left
    const down = y - top
    const upper = at(left, top) * (1 - right) + at(left + 1, top) * right
    const lower = at(left, top + 1) * (1 - right) + at(left + 1, top + 1) * right
    return upper * (1 - down) + lower * down
  }
}

function borderMedian({ width, height, pixels }: Film): number {
  const border: number[] = []
  for (let x = 0; x < width; x++) border.push(pixels[x]!, pixels[(height - 1) * width + x]!)
  for (let y = 1; y < height - 1; y++) border.push(pixels[y * width]!, pixels[y * width + width - 1]!)
  border.sort((a, b) => a - b)
  return border[border.length >> 1]!
}
