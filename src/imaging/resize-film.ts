import type { Contract, Interpolation } from './contract.ts'
import type { Film } from './film.ts'
import { white } from './film.ts'
import { placement, type Rectangle } from './fit.ts'
import { type Taps, taps } from './kernel.ts'
import { inBands } from './pause.ts'

/**
 * The film on the square that the contract asks for, `size × size`. This is the only resize between a film and a
 * network: plain loops in double precision on 16-bit values, rounded once, so that every machine gives the same pixels.
 */
export function resizeFilm(film: Film, contract: Contract): Promise<Film> {
  const { size, interpolation } = contract
  const { source, target } = placement(film, contract)
  return resample(film, source, { width: size, height: size }, target, interpolation)
}

/** The film scaled down by area so that neither side is longer than `longest`; itself when it is small enough. */
export async function shrinkFilm(film: Film, longest: number): Promise<Film> {
  const scale = longest / Math.max(film.width, film.height)
  if (scale >= 1) return film
  const size = {
    width: Math.max(1, Math.round(film.width * scale)),
    height: Math.max(1, Math.round(film.height * scale)),
  }
  return resample(film, { x: 0, y: 0, width: film.width, height: film.height }, size, { x: 0, y: 0, ...size }, 'area')
}

async function resample(
  film: Film,
  source: Rectangle,
  canvas: { readonly width: number; readonly height: number },
  target: Rectangle,
  interpolation: Interpolation,
): Promise<Film> {
  const down = taps(interpolation, source.y, source.height, target.height)
  const across = taps(interpolation, 0, source.width, target.width)
  const pixels = new Uint16Array(canvas.width * canvas.height)
  const line = new Float64Array(source.width)
  // Rows first: that pass reads memory in order, and leaves little for the second one.
  await inBands(target.height, source.width * down.width, (from, to) => {
    for (let y = from; y < to; y++) {
      mixRows(film, source, down, y, line)
      mixColumns(line, across, pixels, (target.y + y) * canvas.width + target.x)
    }
  })
  return { width: canvas.width, height: canvas.height, pixels }
}

/** One output row at the source's width: the weighted sum of the input rows. */
function mixRows(film: Film, source: Rectangle, down: Taps, y: number, line: Float64Array): void {
  const { width, pixels } = film
  const first = down.first[y]!
  line.fill(0)
  for (let k = 0; k < down.count[y]!; k++) {
    const weight = down.weights[y * down.width + k]!
    const start = (first + k) * width + source.x
    for (let x = 0; x < line.length; x++) line[x]! += weight * pixels[start + x]!
  }
}

function mixColumns(line: Float64Array, across: Taps, pixels: Uint16Array, start: number): void {
  for (let x = 0; x < across.first.length; x++) {
    const first = across.first[x]!
    let sum = 0
    for (let k = 0; k < across.count[x]!; k++) sum += across.weights[x * across.width + k]! * line[first + k]!
    pixels[start + x] = Math.min(white, Math.max(0, Math.floor(sum + 0.5)))
  }
}
