import { digestOf, Problem } from '../core/index.ts'

/** How a film is fitted into the square that a network takes. */
export type Fit =
  /** Both sides are scaled to the square, as NIH did with its originals. */
  | 'stretch'
  /** The whole film, centred, with black beside it. */
  | 'pad'
  /** The largest centred square of the film. */
  | 'crop'

/**
 * The kernel of the one resize. When the film shrinks, every kernel but `nearest` is stretched by the same factor, so
 * that all of the film's pixels count and nothing aliases.
 */
export type Interpolation =
  /** The mean of the covered area, edges counted by the part that is covered (Pillow's box counts whole pixels). */
  | 'area'
  /** Triangle, as Pillow's and torchvision's antialiased bilinear. */
  | 'linear'
  /** Keys' cubic with a = −0.5, as Pillow's bicubic. */
  | 'cubic'
  /** One pixel, the one at the centre, as Pillow's and Keras' load_img take it; it aliases. */
  | 'nearest'

/** How a film becomes a network's input: plain data, stored in the model file. */
export interface Contract {
  readonly format: 'chestnut.contract/1'
  /** Side of the network's square input in pixels, 1 to 4096. */
  readonly size: number
  readonly fit: Fit
  readonly interpolation: Interpolation
  /** Three channels all hold the grey value. */
  readonly channels: 1 | 3
  /** What the network calls its channels. Grey values are the same in both; it fixes the order of mean and deviation. */
  readonly order: 'rgb' | 'bgr'
  /** The values of black and of white before normalisation: [0, 1], [-1, 1], [0, 255] … */
  readonly range: readonly [number, number]
  /** Subtracted, then divided by: one value a channel, in `order`. */
  readonly mean: readonly number[]
  readonly deviation: readonly number[]
}

const known: readonly string[] = [
  'format',
  'size',
  'fit',
  'interpolation',
  'channels',
  'order',
  'range',
  'mean',
  'deviation',
]

/**
 * A checked contract. Defaults: 224, stretch, area, 3 channels, rgb, [0, 1], mean 0, deviation 1. A `mean` or
 * `deviation` of one value stands for all channels.
 *
 * @throws Problem that names the member and what was wanted
 */
export function contract(options: Partial<Contract> = {}): Contract {
  const channels = options.channels ?? 3
  const full: Contract = {
    format: options.format ?? 'chestnut.contract/1',
    size: options.size ?? 224,
    fit: options.fit ?? 'stretch',
    interpolation: options.interpolation ?? 'area',
    channels,
    order: options.order ?? 'rgb',
    range: options.range ?? [0, 1],
    mean: everyChannel(options.mean ?? [0], channels),
    deviation: everyChannel(options.deviation ?? [1], channels),
  }
  const stranger = Object.keys(options).find(key => !known.includes(key))
  if (stranger !== undefined) {
    throw new Problem(`Cannot use the contract: "${stranger}" is unknown, known are ${known.join(', ')}`)
  }
  check(full)
  return full
}

/** SHA-256 of the whole contract: two films prepared under equal hashes are prepared alike. */
export function contractHash(of: Contract): string {
  return digestOf(of)
}

/** SHA-256 of what decides the resized pixels: size, fit, interpolation, and the version of the resize itself. */
export function geometryHash({ size, fit, interpolation }: Contract): string {
  return digestOf({ format: 'chestnut.geometry/1', size, fit, interpolation })
}

function everyChannel(values: readonly number[], channels: number): readonly number[] {
  return values.length === 1 ? Array.from({ length: channels }, () => values[0] ?? Number.NaN) : values
}

function check(value: Contract): void {
  const { size, channels, range, mean, deviation } = value
  oneOf('format', value.format, ['chestnut.contract/1'])
  oneOf('fit', value.fit, ['stretch', 'pad', 'crop'])
  oneOf('interpolation', value.interpolation, ['area', 'linear', 'cubic', 'nearest'])
  oneOf('channels', channels, [1, 3])
  oneOf('order', value.order, ['rgb', 'bgr'])
  demand('size', size, Number.isInteger(size) && size >= 1 && size <= 4096, 'a whole number from 1 to 4096')
  demand(
    'range',
    range,
    range.length === 2 && range.every(Number.isFinite) && range[0] !== range[1],
    'two different numbers',
  )
  demand('mean', mean, mean.length === channels && mean.every(Number.isFinite), 'one number a channel')
  demand(
    'deviation',
    deviation,
    deviation.length === channels && deviation.every(number => Number.isFinite(number) && number > 0),
    'one number above 0 a channel',
  )
}

function oneOf<T extends string | number>(name: string, value: T, wanted: readonly T[]): void {
  demand(name, value, wanted.includes(value), wanted.map(each => JSON.stringify(each)).join(' or '))
}

function demand(name: string, value: unknown, fine: boolean, wanted: string): void {
  if (!fine) throw new Problem(`Cannot use the contract: "${name}" is ${JSON.stringify(value)}, ${wanted} is wanted`)
}
