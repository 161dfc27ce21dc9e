import { type Film, white } from '../film.ts'
import type { Acquisition } from './acquisition.ts'
import type { Canvas } from './canvas.ts'
import { look, ramp, tabulate } from './curves.ts'
import { whiteNoise } from './noise.ts'

/** What the maker's processing makes of the same rays: a planted shortcut changes it. */
export interface Scanner {
  /** Exponent on the grey levels; below 1 brighter. */
  readonly gamma: number
  /** Added blur, standard deviation in pixels of a film of 256. */
  readonly blur: number
  /** Number of grey levels between black and white. */
  readonly levels: number
}

export const commonScanner: Scanner = { gamma: 1, blur: 0, levels: 256 }

/** From attenuation to grey levels: scattered rays, blur, quantum noise, film curve, border. */
export function develop(on: Canvas, acquisition: Acquisition, scanner: Scanner): Film {
  const { size } = on
  const { exposure, contrast, scatter, seed, grid } = acquisition
  const width = (Math.sqrt(acquisition.blur ** 2 + scanner.blur ** 2) * size) / 256
  const values = blurred(on.values, size, width)
  const pixels = new Uint16Array(size * size)
  const curve = tabulate(part => filmCurve(part * thickest) ** scanner.gamma)
  const noise = acquisition.noise * Math.sqrt(size / 256)
  for (let row = 0; row < size; row++) {
    const line = grid ? 0.006 * Math.sin(row * 2.1) : 0
    for (let column = 0; column < size; column++) {
      const index = row * size + column
      // Scattered rays come from the body: bare air stays black.
      const attenuation = values[index]! + scatter * Math.min(1, 3 * values[index]!)
      const grain = noise * whiteNoise(column, row, seed) * look(graininess, attenuation / thickest)
      const grey = look(curve, ((attenuation * contrast + grain + line) * exposure) / thickest)
      const shown = covered(grey, acquisition, (column + 0.5) / size, (row + 0.5) / size)
      pixels[index] = Math.round(Math.round(shown * (scanner.levels - 1)) * (white / (scanner.levels - 1)))
    }
  }
  return { width: size, height: size, pixels }
}

/** Nothing that is drawn attenuates more; what does, shows as this. */
const thickest = 3

/** Fewer quanta arrive behind thick parts, and fewer quanta are noisier. */
const graininess = tabulate(part => Math.exp(0.9 * Math.min(1.6, part * thickest)))

/** Steep for thin parts, flat for thick ones, as a film or a detector's processing shows them. */
function filmCurve(attenuation: number): number {
  return Math.min(0.985, 0.025 + 0.95 * (1 - Math.exp(-1.9 * attenuation)))
}

function covered(grey: number, { shutter, whiteBorder }: Acquisition, x: number, y: number): number {
  if (!shutter) return grey
  const [left, top, right, bottom] = shutter
  const open = Math.min(x - left, y - top, 1 - right - x, 1 - bottom - y)
  const part = ramp(-0.006, 0.004, open)
  return grey * part + (whiteBorder ? 0.97 : 0.02) * (1 - part)
}

/** A Gaussian of this standard deviation (pixels), columns and rows one after the other. */
function blurred(values: Float32Array, size: number, deviation: number): Float32Array {
  if (deviation < 0.15) return values
  const reach = Math.max(1, Math.ceil(2.5 * deviation))
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * deviation ** 2)))
  const total = kernel.reduce((sum, value) => sum + value, 0)
  const weights = Float64Array.from(kernel, value => value / total)
  return pass(pass(values, size, weights, reach, 1), size, weights, reach, size)
}

function pass(values: Float32Array, size: number, weights: Float64Array, reach: number, step: number): Float32Array {
  const result = new Float32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const place = step === 1 ? i % size : Math.floor(i / size)
    const start = i - place * step
    let sum = 0
    for (let k = -reach; k <= reach; k++) {
      sum += weights[k + reach]! * values[start + Math.min(size - 1, Math.max(0, place + k)) * step]!
    }
    result[i] = sum
  }
  return result
}
