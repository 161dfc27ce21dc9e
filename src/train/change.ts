import { type Film, white } from '../imaging/index.ts'
import { type Augmentation, type AugmentationDraw, drawAugmentation } from './augmentation.ts'
import { drawKeras, type KerasDraw, kerasChange } from './keras-augmentation.ts'

/**
 * What happens to one film, in numbers. This is the whole meaning of augmentation; a loop (`augmentFilm`) and nodes of a graph
 * (`augmentationGraph`) carry it out, and are tested equal:
 *
 * 1. Pixel (x, y), counted from 0 at the top left, takes what is at (x′, y′) = (a₀x + a₁y + a₂, d₀x + d₁y + d₂), with a =
 *    `across` and d = `down`: a mixture of the four pixels around that place by how near they are (bilinear). A pixel outside of
 *    the film counts as `outside`; or the place is first moved to the nearest one inside.
 * 2. With the mean m of what is there now, a value p becomes m + contrast · (p − m) + brightness, kept between black and white.
 *
 * Grey levels are shares of white here. All of it is linear in them but the last bounds, so it means the same before and after
 * the contract's normalisation: there black and white are the contract's values of them.
 */
export interface Change {
  readonly across: readonly [x: number, y: number, shift: number]
  readonly down: readonly [x: number, y: number, shift: number]
  readonly contrast: number
  readonly brightness: number
  /** The median of the film's border: what a scanner's surroundings look like. Keras takes the nearest pixel. */
  readonly outside: number | 'nearest'
}

/** The film stays as it is. */
export const noChange: Change = {
  across: [1, 0, 0],
  down: [0, 1, 0],
  contrast: 1,
  brightness: 0,
  outside: 0,
}

/** What is drawn for a film: Chestnut's changes, or Keras' own. */
export type Draw = AugmentationDraw | KerasDraw

/** @param place `film`: its number or digest */
export function drawOf(
  augmentation: Augmentation,
  place: { readonly seed: number; readonly film: number | string; readonly epoch: number },
): Draw {
  const { keras } = augmentation
  return keras === undefined ? drawAugmentation(augmentation, place) : drawKeras(keras, place)
}

export function changeOf(film: Film, draw: Draw): Change {
  if ('theta' in draw) return kerasChange(film, draw)
  const { width, height } = film
  const cos = Math.cos(draw.radians) / draw.zoom
  const sin = Math.sin(draw.radians) / draw.zoom
  const side = draw.mirror ? -1 : 1
  const middleX = (width - 1) / 2
  const middleY = (height - 1) / 2
  // Backwards, from where a pixel is to where it came from: shift, turn, zoom, mirror.
  const fromX = middleX + draw.shiftX * width
  const fromY = middleY + draw.shiftY * height
  return {
    across: [side * cos, side * sin, middleX - side * (cos * fromX + sin * fromY)],
    down: [-sin, cos, middleY + sin * fromX - cos * fromY],
    contrast: draw.contrast,
    brightness: draw.brightness,
    outside: borderMedian(film) / white,
  }
}

/** The mean of the two in the middle: the border of a film has an even number of pixels. */
function borderMedian({ width, height, pixels }: Film): number {
  const border = new Uint16Array(2 * (width + Math.max(0, height - 2)))
  border.set(pixels.subarray(0, width))
  border.set(pixels.subarray((height - 1) * width), width)
  for (let y = 1, i = 2 * width; y < height - 1; y++) {
    border[i++] = pixels[y * width]!
    border[i++] = pixels[y * width + width - 1]!
  }
  border.sort()
  const half = border.length / 2
  return (border[half - 1]! + border[half]!) / 2
}
