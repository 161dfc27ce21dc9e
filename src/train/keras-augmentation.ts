import { random } from '../core/index.ts'
import type { Film } from '../imaging/index.ts'
import type { Change } from './change.ts'

/**
 * What Keras' ImageDataGenerator does to a film: turn, shift, shear and zoom in one affine map, then mirror. What is absent has
 * the guide's value.
 */
export interface KerasAugmentation {
  /**
   * `keras-1.1.2`: keras-preprocessing 1.1.2, which TensorFlow up to 2.4 used: it turns about a place one pixel to the lower right
   * of the film's middle. `keras-2.9`: everything later, up to Keras 3: it turns about the middle, the other way round, and its
   * height and width shifts have changed places. Default `keras-1.1.2`, as in the guide.
   */
  readonly version?: 'keras-1.1.2' | 'keras-2.9' | undefined
  /** Degrees, to either side. Default 25. */
  readonly rotation?: number | undefined
  /** Share of the film's width, to either side. Default 0.1. */
  readonly widthShift?: number | undefined
  /** Share of the film's height, to either side. Default 0.1. */
  readonly heightShift?: number | undefined
  /** Degrees (the guide may have meant a share), to either side. Default 0.1. */
  readonly shear?: number | undefined
  /** Width and height each grow or shrink by up to this share, on their own. Default 0.15. */
  readonly zoom?: number | undefined
  /** Mirrors half of the films: the heart changes sides. Default true. */
  readonly horizontalFlip?: boolean | undefined
  /** Stands half of the films on their heads. Default false. */
  readonly verticalFlip?: boolean | undefined
}

/** One draw, with Keras' names. */
export interface KerasDraw {
  readonly version: 'keras-1.1.2' | 'keras-2.9'
  /** Degrees. */
  readonly theta: number
  /** Share of the height, though `keras-2.9` shifts to the side by it. */
  readonly tx: number
  /** Share of the width. */
  readonly ty: number
  /** Degrees. */
  readonly shear: number
  /** Above 1: smaller, since places are mapped backwards. */
  readonly zx: number
  readonly zy: number
  readonly flipHorizontal: boolean
  readonly flipVertical: boolean
}

/** The guide's generator: `augmentation: kerasAugmentation()`. */
export function kerasAugmentation(options: KerasAugmentation = {}): { readonly keras: KerasAugmentation } {
  return { keras: options }
}

/**
 * Keras' distributions in Keras' order, from our numbers: the change depends on seed, film and epoch alone. Every number is drawn,
 * wanted or not.
 */
export function drawKeras(
  augmentation: KerasAugmentation,
  place: { readonly seed: number; readonly film: number | string; readonly epoch: number },
): KerasDraw {
  const { rotation = 25, widthShift = 0.1, heightShift = 0.1, shear = 0.1, zoom = 0.15 } = augmentation
  const { version = 'keras-1.1.2', horizontalFlip = true, verticalFlip = false } = augmentation
  const draw = random(place.seed, 'keras-augment', place.film, place.epoch)
  const within = (range: number): number => (draw.uniform() * 2 - 1) * range
  return {
    version,
    theta: within(rotation),
    tx: within(heightShift),
    ty: within(widthShift),
    shear: within(shear),
    zx: 1 + within(zoom),
    zy: 1 + within(zoom),
    flipHorizontal: draw.uniform() < 0.5 && horizontalFlip,
    flipVertical: draw.uniform() < 0.5 && verticalFlip,
  }
}

/**
 * The draw as Keras carries it out: places come from R·T·S·Z about a middle, with R = [[cos θ, −sin θ], [sin θ, cos θ]], the
 * shift T, S = [[1, −sin s], [0, cos s]] and Z = diag(zx, zy), in the order row, column or, since late 2020, column, row. What
 * comes from outside takes the nearest pixel.
 */
export function kerasChange({ width, height }: Pick<Film, 'width' | 'height'>, draw: KerasDraw): Change {
  const theta = (draw.theta * Math.PI) / 180
  const sheared = theta + (draw.shear * Math.PI) / 180
  const [cos, sin] = [Math.cos(theta), Math.sin(theta)]
  const [tx, ty] = [draw.tx * height, draw.ty * width]
  // As in Keras the first middle is the height's, whichever axis comes first; films of a contract are square.
  const off = draw.version === 'keras-1.1.2' ? 0.5 : -0.5
  const [middle1, middle2] = [height / 2 + off, width / 2 + off]
  const [a, b] = [cos * draw.zx, -Math.sin(sheared) * draw.zy]
  const [c, d] = [sin * draw.zx, Math.cos(sheared) * draw.zy]
  const shift1 = cos * tx - sin * ty + middle1 - a * middle1 - b * middle2
  const shift2 = sin * tx + cos * ty + middle2 - c * middle1 - d * middle2
  const rowFirst = draw.version === 'keras-1.1.2'
  const mirror = ([x, y, shift]: Change['across']): Change['across'] => {
    const [sideX, sideY] = [draw.flipHorizontal ? -1 : 1, draw.flipVertical ? -1 : 1]
    const moved = shift + (draw.flipHorizontal ? x * (width - 1) : 0) + (draw.flipVertical ? y * (height - 1) : 0)
    return [sideX * x, sideY * y, moved]
  }
  return {
    across: mirror(rowFirst ? [d, c, shift2] : [a, b, shift1]),
    down: mirror(rowFirst ? [b, a, shift1] : [c, d, shift2]),
    contrast: 1,
    brightness: 0,
    outside: 'nearest',
  }
}
