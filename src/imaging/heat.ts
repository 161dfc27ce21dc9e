import type { Contract } from './contract.ts'
import type { Film } from './film.ts'
import { placement, type Size } from './fit.ts'

/** A map of evidence over an area: row by row from the top left, each value the mean over its cell. */
export interface Heat {
  readonly width: number
  readonly height: number
  /** At least 0, in units of the logit. */
  readonly values: Float32Array
}

export interface HotSpot {
  /** Where, in pixels of the film; the centre of the hottest cell. */
  readonly x: number
  readonly y: number
  readonly value: number
}

/** The hottest cell of a map that covers a film of this size; the first one where several are equal. */
export function hottest(heat: Heat, { width, height }: Size): HotSpot {
  let best = 0
  for (let i = 1; i < heat.values.length; i++) if (heat.values[i]! > heat.values[best]!) best = i
  const column = best % heat.width
  const row = Math.floor(best / heat.width)
  return {
    x: ((column + 0.5) * width) / heat.width,
    y: ((row + 0.5) * height) / heat.height,
    value: heat.values[best] ?? 0,
  }
}

/**
 * A map over the network's square as a map over the whole film: undoes the contract's fit. Black borders that `pad` added
 * are cut away; what `crop` cut off comes back as 0. `stretch` needs no change, since a map has no pixels of its own.
 */
export function heatOnFilm(heat: Heat, film: Pick<Film, 'width' | 'height'>, contract: Contract): Heat {
  if (contract.fit === 'stretch') return heat
  const { source, target } = placement(film, contract)
  const { width, height } = scaledSize(film, contract.size)
  const values = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    const filmY = ((y + 0.5) * film.height) / height
    const v = (target.y + ((filmY - source.y) * target.height) / source.height) / contract.size
    for (let x = 0; x < width; x++) {
      const filmX = ((x + 0.5) * film.width) / width
      const u = (target.x + ((filmX - source.x) * target.width) / source.width) / contract.size
      if (u >= 0 && u < 1 && v >= 0 && v < 1) values[y * width + x] = sampleHeat(heat, u, v)
    }
  }
  return { width, height, values }
}

/** The map at a place given as parts of its width and height, bilinear between the centres of cells. */
export function sampleHeat(heat: Heat, u: number, v: number): number {
  const x = clamp(u * heat.width - 0.5, heat.width - 1)
  const y = clamp(v * heat.height - 0.5, heat.height - 1)
  const left = Math.floor(x)
  const top = Math.floor(y)
  const right = Math.min(left + 1, heat.width - 1)
  const bottom = Math.min(top + 1, heat.height - 1)
  const at = (column: number, row: number): number => heat.values[row * heat.width + column]!
  const above = at(left, top) + (x - left) * (at(right, top) - at(left, top))
  const below = at(left, bottom) + (x - left) * (at(right, bottom) - at(left, bottom))
  return above + (y - top) * (below - above)
}

/** The film's shape with its longer side at `longest`. */
function scaledSize({ width, height }: Size, longest: number): Size {
  const scale = longest / Math.max(width, height)
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value))
}
