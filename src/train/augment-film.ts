import { type Film, type GreyLevels, white } from '../imaging/index.ts'
import type { AugmentationDraw } from './augmentation.ts'
import { type Change, changeOf } from './change.ts'

/**
 * The film after a change, as a loop over its pixels (see `Change`); the film itself stays as it is, and is the answer where nothing
 * changes. Nothing is rounded: `normalise` takes the grey levels as they are.
 *
 * @param into a buffer for the pixels. Default: a new one
 */
export function augmentFilm(film: Film, draw: AugmentationDraw, into?: Float32Array): Film | GreyLevels {
  const moves = draw.mirror || draw.zoom !== 1 || draw.radians !== 0 || draw.shiftX !== 0 || draw.shiftY !== 0
  const shades = draw.brightness !== 0 || draw.contrast !== 1
  if (!moves && !shades) return film
  const { width, height } = film
  const pixels = into ?? new Float32Array(width * height)
  const change = changeOf(film, draw)
  if (moves) move(film, change, pixels)
  else pixels.set(film.pixels)
  if (shades) shade(pixels, change)
  return { width, height, pixels }
}

function move(film: Film, { across, down, outside }: Change, into: Float32Array): void {
  const { width, height, pixels } = film
  const [acrossX, acrossY, acrossShift] = across
  const [downX, downY, downShift] = down
  const beyond = outside * white
  for (let y = 0, i = 0; y < height; y++) {
    const startX = acrossY * y + acrossShift
    const startY = downY * y + downShift
    for (let x = 0; x < width; x++, i++) {
      const fromX = acrossX * x + startX
      const fromY = downX * x + startY
      const left = Math.floor(fromX)
      const top = Math.floor(fromY)
      if (left < 0 || top < 0 || left >= width - 1 || top >= height - 1) {
        into[i] = atTheEdge(film, beyond, fromX, fromY)
        continue
      }
      const right = fromX - left
      const place = top * width + left
      const upper = pixels[place]! * (1 - right) + pixels[place + 1]! * right
      const lower = pixels[place + width]! * (1 - right) + pixels[place + width + 1]! * right
      into[i] = upper + (lower - upper) * (fromY - top)
    }
  }
}

/** The same where some of the four pixels lie outside. */
function atTheEdge({ width, height, pixels }: Film, beyond: number, x: number, y: number): number {
  const left = Math.floor(x)
  const top = Math.floor(y)
  const right = x - left
  const down = y - top
  const at = (column: number, row: number): number =>
    column < 0 || row < 0 || column >= width || row >= height ? beyond : pixels[row * width + column]!
  const upper = at(left, top) * (1 - right) + at(left + 1, top) * right
  const lower = at(left, top + 1) * (1 - right) + at(left + 1, top + 1) * right
  return upper + (lower - upper) * down
}

function shade(pixels: Float32Array, { contrast, brightness }: Change): void {
  let sum = 0
  for (let i = 0; i < pixels.length; i++) sum += pixels[i]!
  const shift = (sum / pixels.length) * (1 - contrast) + brightness * white
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = Math.min(white, Math.max(0, pixels[i]! * contrast + shift))
  }
}
