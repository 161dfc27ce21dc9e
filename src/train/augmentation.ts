import { random } from '../core/index.ts'
import type { KerasAugmentation } from './keras-augmentation.ts'

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
  /** What Keras' ImageDataGenerator does (see `kerasAugmentation`), in place of every other change. */
  readonly keras?: KerasAugmentation | undefined
  /**
   * So many variants of each film are drawn once, and what a frozen part makes of them is kept: every epoch takes one of them and
   * computes the trained part alone. Default: films are changed anew in each epoch.
   */
  readonly pool?: number | undefined
}

/**
 * One draw from an augmentation: mirror, zoom, turn and shift about the film's middle, in this order, then contrast about the
 * mean, then brightness. What that does to a film is said by `changeOf`, and done in two forms: `augmentFilm`, a loop, and
 * `augmentationGraph`, nodes of a graph.
 */
export interface AugmentationDraw {
  readonly mirror: boolean
  /** Above 1: larger. */
  readonly zoom: number
  /** Clockwise on the screen. */
  readonly radians: number
  /** To the right: share of the width. */
  readonly shiftX: number
  /** Downwards: share of the height. */
  readonly shiftY: number
  /** Added: share of full white. */
  readonly brightness: number
  /** What distances from the mean are multiplied by. */
  readonly contrast: number
}

/** Whether films stay as they are. */
export function changesNothing(augmentation: Augmentation | undefined): boolean {
  const { pool: _pool, ...changes } = augmentation ?? {}
  return !Object.values(changes).some(amount => amount !== undefined && amount)
}

/**
 * The change of one film in one epoch, or of one variant in a pool. It depends on the seed, the film and the epoch alone. Every
 * number is drawn, wanted or not, so that switching one change on leaves the others as they were.
 */
export function drawAugmentation(
  augmentation: Augmentation,
  place: { readonly seed: number; readonly film: number | string; readonly epoch: number },
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
