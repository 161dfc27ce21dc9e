import type { Contract } from '../imaging/index.ts'
import type { NetworkName } from './networks/names.ts'
import type { Layout } from './places.ts'

/** A small VGG-style network that is trained from scratch: for each width a 3×3 convolution, relu and a 2×2 maximum. */
export interface VggSmallSpec {
  readonly kind: 'vgg-small'
  /** Side of the input in pixels. Default 96. */
  readonly size?: number | undefined
  /** Channels of each block. Default 16, 32, 64, 128. */
  readonly widths?: readonly number[] | undefined
}

/** How the frozen part of a network is brought to int8, and when not. */
export interface Int8Spec {
  /** Films of the training part whose numbers decide the ranges. Default 64. */
  readonly films?: number | undefined
  /**
   * What is kept of the numbers that were seen: the range that loses least (mean squared error), all of it, or all but one in
   * ten thousand. Default `mse`; measured alike on MobileNet and the NIH films.
   */
  readonly range?: Int8Range | undefined
  /** Films of the training part on which a linear probe compares int8 with float32. Default 512. */
  readonly probe?: number | undefined
  /** Goes on although the probe loses more than 0.005 AUROC. Default false. */
  readonly force?: boolean | undefined
}

export type Int8Range = 'mse' | 'min-max' | 'percentile'

/** What the frozen part of a network is computed in. */
export interface PrecisionSpec {
  /** `int8` is several times as fast on processors that multiply bytes. Default `float32`. */
  readonly precision?: 'float32' | 'int8' | undefined
  /** Counts with precision `int8` only. */
  readonly int8?: Int8Spec | undefined
}

/** A pretrained network from an ONNX file. */
export interface OnnxSpec extends PrecisionSpec {
  readonly kind: 'onnx'
  readonly path: string
  /** What the file must hash to. Weights that it keeps in other files beside it are not part of that. */
  readonly sha256?: string | undefined
  /** The value at which the network is cut; what follows it is dropped. Default: the last value that has places. */
  readonly cut?: string | undefined
  /** How that value holds its places. Default: as its shape says. */
  readonly features?: Layout | undefined
  /** The value that heat maps explain by its gradient. Default: where the network is cut; attention for a class token. */
  readonly explain?: string | undefined
  /** How the network wants its films. Size and channels default to what its input says. */
  readonly contract?: Partial<Contract> | undefined
  /** The first value whose makers are trained; everything before it is frozen. Default: the whole file is frozen. */
  readonly trainFrom?: string | undefined
  /** A file, or its https address, whose tensors take the place of the graph's weights of the same names. */
  readonly weights?: string | undefined
  /** What that file must hash to. An address needs it. */
  readonly weightsSha256?: string | undefined
  /** Default `frozen`. */
  readonly batchNorm?: BatchNormMode | undefined
}

/**
 * What batch normalisations of the trained part do: keep the statistics that they come with and become part of the convolution
 * before them (`frozen`), or normalise with the statistics of each batch while training and move their own along (`train`).
 */
export type BatchNormMode = 'frozen' | 'train'

interface NamedSpec {
  readonly network: NetworkName
  /** The layer at whose output it is cut. Default: its last one with places. */
  readonly cut?: string | undefined
  /** What is unlike the usual way of this network with images. */
  readonly contract?: Partial<Contract> | undefined
  /** Default `frozen`. */
  readonly batchNorm?: BatchNormMode | undefined
}

/** A network that people know by name, with the weights of a file. */
export interface PretrainedSpec extends NamedSpec, PrecisionSpec {
  readonly kind: 'pretrained'
  /** A file of Keras, torchvision, timm or torchxrayvision, or its https address. */
  readonly weights: string
  /** What the file must hash to. An address needs it. */
  readonly sha256?: string | undefined
  /** The first layer that is trained; everything before it is frozen. Default: all of it is frozen. */
  readonly trainFrom?: string | undefined
}

/** A network that people know by name, with drawn weights. */
export interface UntrainedSpec extends NamedSpec {
  readonly kind: 'untrained'
  /** The first layer that is trained. Default: all of it is trained. */
  readonly trainFrom?: string | undefined
}

export type BackboneSpec = VggSmallSpec | OnnxSpec | PretrainedSpec | UntrainedSpec

/** How the places of a channel become one number: summed up, or as a vision transformer's class token did it. */
export type Pool = 'average' | 'max' | 'class'

/** Global pooling, standardised features and one dense layer. */
export interface LinearHeadSpec {
  readonly kind: 'linear'
  /**
   * What stands for a whole channel. Default: the class token where there is one, else the average for pretrained features; the
   * maximum for a network from scratch, which learns sooner when a finding counts where it is (measured on phantoms).
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
  /**
   * How its weights are drawn: for layers before a relu (He et al. 2015), or evenly within ±√(6 / (inputs + outputs)) (Glorot and
   * Bengio 2010), as Keras does for the guide. Biases are 0. Default `he-normal`.
   */
  readonly initial?: 'he-normal' | 'glorot-uniform' | undefined
}

export type HeadSpec = LinearHeadSpec | DenseHeadSpec
