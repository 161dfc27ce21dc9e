import type { Contract } from '../../imaging/index.ts'
import type { Layers, Role } from './layers.ts'

/** A network that people know by name, up to its last spatial value. */
export interface NetworkDefinition {
  /** The layer on which a head stands unless told otherwise. */
  readonly features: string
  /** Its first convolution, by which files are recognised. */
  readonly stem: string
  /** Libraries whose files it takes, the one whose ways a drawn network follows first. */
  readonly origins: readonly [Origin, ...Origin[]]
  /** Norms that begin at 0 when the network is drawn, so that each block begins as the identity. */
  readonly silent?: RegExp
  write(layers: Layers, image: string, ways: Ways): void
}

/** In what libraries' versions of one network differ beside their names. */
export interface Ways {
  /** Added to the variance by batch norms. */
  readonly epsilon: number
  /** True: a block's stride is in its first convolution, as in the paper; else in the 3×3 one. */
  readonly strideFirst?: boolean
  /** True: convolutions before a batch norm have biases. */
  readonly biases?: boolean
}

/** How a library's files name and lay out the numbers of a network, and how it wants its images. */
export interface Origin {
  /** As people call it: `Keras`, `torchvision and timm`. */
  readonly name: string
  /** `torch` [out, in, k, k]; `keras` [k, k, in, out]. */
  readonly layout: 'torch' | 'keras'
  /** What the library calls a layer or block of ours, today's name first; nothing for one that it has no name for. */
  names(layer: string): readonly string[]
  /** Channels of its images. Default 3. */
  readonly channels?: 1 | 3
  readonly ways: Ways
  readonly contract: Partial<Contract>
}

/** What comes behind a layer's name in a file. */
export const suffixes: Readonly<Record<Origin['layout'], Readonly<Record<Role, readonly string[]>>>> = {
  torch: {
    weight: ['weight'],
    bias: ['bias'],
    scale: ['weight'],
    shift: ['bias'],
    mean: ['running_mean'],
    variance: ['running_var'],
  },
  keras: {
    weight: ['kernel', 'depthwise_kernel'],
    bias: ['bias'],
    scale: ['gamma'],
    shift: ['beta'],
    mean: ['moving_mean'],
    variance: ['moving_variance'],
  },
}
