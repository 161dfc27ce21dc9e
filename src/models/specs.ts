import type { Contract } from '../imaging/index.ts'

/** A small VGG-style network that is trained from scratch: for each width a 3×3 convolution, relu and a 2×2 maximum. */
export interface VggSmallSpec {
  readonly kind: 'vgg-small'
  /** Side of the input in pixels. Default 96. */
  readonly size?: number | undefined
  /** Channels of each block. Default 16, 32, 64, 128. */
  readonly widths?: readonly number[] | undefined
}

/** A pretrained network from an ONNX file. */
export interface OnnxSpec {
  readonly kind: 'onnx'
  readonly path: string
  /** What the file must hash to. */
  readonly sha256?: string | undefined
  /** The value at which the network is cut; what follows it is dropped. Default: the last value with four dimensions. */
  readonly cut?: string | undefined
  /** How the network wants its films. Size and channels default to what its input says. */
  readonly contract?: Partial<Contract> | undefined
  /** The first value whose makers are trained; everything before it is frozen. Default: the whole file is frozen. */
  readonly trainFrom?: string | undefined
  /**
   * What batch normalisations of the trained part do: keep the file's statistics and become part of the convolution before them
   * (`frozen`, the default), or normalise with the statistics of each batch while training and move the file's along (`train`).
   */
  readonly batchNorm?: 'frozen' | 'train' | undefined
}

export type BackboneSpec = VggSmallSpec | OnnxSpec

/** How the places of a channel become one number. */
export type Pool = 'average' | 'max'

/** Global pooling, standardised features and one dense layer. */
export interface LinearHeadSpec {
  readonly kind: 'linear'
  /**
   * What stands for a whole channel. Default: the average for pretrained features; the maximum for a network from scratch,
   * which learns sooner when a finding counts where it is (measured on phantoms).
   */
  readonly pool?: Pool | undefined
}

/** The guide's head: flatten, then dense layers with relu and dropout. */
export interface DenseHeadSpec {
  readonly kind: 'dense'
  /** Default 1024, 512, 256. */
  readonly units?: readonly number[] | undefined
  /** Share that is dropped of the flattened features, then after each dense layer. Default .5, .3, .3, .3. */
  readonly dropout?: readonly number[] | undefined
}

export type HeadSpec = LinearHeadSpec | DenseHeadSpec
