import { random } from '../core/index.ts'
import type { Film } from '../imaging/index.ts'
import { type Affine, warp } from './warp.ts'

/** What may be changed in a film before each look at it. Each change is drawn evenly from its range; absent: none. */
export interface Augmentation {
  /** Degrees, to either side. */
  readonly rotate?: number | undefined
  /** Share of the film's width and height, in each direction. */
  readonly shift?: number | undefined
  /** Larger or smaller by up to this share. */
  readonly scale?: number | undefined
  /** Mirrors half of the films. The heart changes sides, so this is off unless asked for. */
  readonly flip?: boolean | undefined
  /** Added to all pixels: share of full white, to either side. */
  readonly brightness?: number | undefined
  /** Spread about the film's mean, larger or smaller by up to this share. */
  readonly contrast?: number | undefined
}

/** One draw from an augmentation. */
export interface AugmentationDraw extends Affine {
  readonly brightness: number
  readonly contrast: number
}

/** Whether films stay as they are. */
export function changesNothing(augmentation: Augmentation | undefined): boolean {
  return augmentation === undefined || !Object.values(augmentation).some(amount => amount !== undefined && amount)
}

/**
 * The change of one film in one epoch. It depends on the seed, the film and the epoch alone. Every number is drawn, wanted or
 * not, so that switching one change on leaves the others as they were.
 */
export function drawAugmentation(
  augmentation: Augmentation,
  place: { readonly seed: number; readonly film: number; readonly epoch: number },
): AugmentationDraw {
  const draw = random(place.seed, 'augment', place.film, place.epoch)
  const within = (range = 0): number => (draw.uniform() * 2 - 1) * range
  return {
    radians: (within(augmentation.rotate) * Math.PI) / 180,
    shiftX: within(augmentation.shift),
    shiftY: within(augmentation.shift),
    zoom: 1 + within(augmentation.scale),
    mirror: draw.uniform() < 0.5 && augmentation.flip === true,
    brightness: within(augmentation.brightness),
    contrast: 1 + within(augmentation.contrast),
  }
}

/** The film after its change: geometry first, then grey levels. The film itself stays as it is. */
export function augment(film: Film, draw: AugmentationDraw): Film {
  return shade(warp(film, draw), draw)
}

const white = 65535

/** p ← mean + contrast·(p − mean) + brightness·white, kept between black and white. */
function shade(film: Film, { brightness, contrast }: AugmentationDraw): Film {
  if (brightness === 0 && contrast === 1) return film
  let sum = 0
  for (const pixel of film.pixels) sum += pixel
  const mean = sum / film.pixels.length
  const shift = mean * (1 - contrast) + brightness * white
  const pixels = new Uint16Array(film.pixels.length)
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = Math.round(Math.min(white, Math.max(0, film.pixels[i]! * contrast + shift)))
  }
  return { ...film, pixels }
}
