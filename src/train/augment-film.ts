import { type Film, type GreyLevels, white } from '../imaging/index.ts'
import { type Change, noChange } from './change.ts'

/**
 * The film after a change, as a loop over its pixels (see `Change`); the film itself stays as it is, and is the answer where nothing
 * changes. Nothing is rounded: `normalise` takes the grey levels as they are.
 *
 * @param into a buffer for the pixels. Default: a new one
 */
export function augmentFilm(film: Film, change: Change, into?: Float32Array): Film | GreyLevels {
  const moves = differ(change.across, noChange.across) || differ(change.down, noChange.down)
  const shades = change.brightness !== 0 || change.contrast !== 1
  if (!moves && !shades) return film
  const { width, height } = film
  const pixels = into ?? new Float32Array(width * height)
  if (moves) move(film, change, pixels)
  else pixels.set(film.pixels)
  if (shades) shade(pixels, change)
  return { width, height, pixels }
}

function differ(a: Change['across'], b: Change['across']): boolean {
  return a.some((value, i) => value !== b[i])
}

function move(film: Film, { across, down, outside }: Change, into: Float32Array): void {
  const { width, height, pixels } = film
  const [acrossX, acrossY, acrossShift] = across
  const [downX, downY, downShift] = down
  for (let y = 0, i = 0; y < height; y++) {
    const startX = acrossY * y + acrossShift
    const startY = downY * y + downShift
    for (let x = 0; x < width; x++, i++) {
      const fromX = acrossX * x + startX
      const fromY = downX * x + startY
      const left = Math.floor(fromX)
      const top = Math.floor(fromY)
      if (left < 0 || top < 0 || left >= width - 1 || top >= height - 1) {
        into[i] = atTheEdge(film, outside, fromX, fromY)
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
function atTheEdge(
  { width, height, pixels }: Film,
  outside: Change['outside'],
  wantedX: number,
  wantedY: number,
): number {
  const nearest = outside === 'nearest'
  const x = nearest ? Math.min(width - 1, Math.max(0, wantedX)) : wantedX
  const y = nearest ? Math.min(height - 1, Math.max(0, wantedY)) : wantedY
  const left = Math.floor(x)
  const top = Math.floor(y)
  const right = x - left
  const down = y - top
  // Where the nearest counts, what lies outside has no share.
  const beyond = nearest ? 0 : outside * white
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
