import { Problem, random } from '../core/index.ts'
import type { ReadExternal } from '../graph/index.ts'
import { addHead } from './head.ts'
import type { Backbone, Network } from './network.ts'
import { namedOptions } from './networks/named.ts'
import { drawnBackbone, pretrainedBackbone } from './networks/named-backbone.ts'
import { onnxBackbone } from './onnx-backbone.ts'
import type { BackboneSpec, HeadSpec } from './specs.ts'
import { vggSmall } from './vgg-small.ts'
import type { Weights } from './weights/weights.ts'

/** A backbone with all that it is made of. */
export interface BackboneParts {
  readonly backbone: BackboneSpec
  /** The bytes of the file that an `onnx` backbone names, compared with its SHA-256 by whoever read them. */
  readonly backboneBytes?: Uint8Array | undefined
  /** What the file that the backbone's `weights` names holds. */
  readonly weights?: Weights | undefined
  /** Reads the weights that this file keeps in others. Without it, such a file is refused. */
  readonly readExternal?: ReadExternal | undefined
}

export interface NetworkOptions extends BackboneParts {
  readonly head: HeadSpec
  readonly classes: readonly string[]
  /** Draws the weights that no file gives. */
  readonly seed: number
}

/** Puts a head on a backbone. */
export function network(options: NetworkOptions): Network {
  if (options.classes.length === 0) throw new Problem('Cannot build a network without classes: wanted at least one')
  return addHead(backboneOf(options), options.head, options.classes.length, random(options.seed, 'head'))
}

function backboneOf({ backbone, backboneBytes, readExternal, weights, seed }: NetworkOptions): Backbone {
  switch (backbone.kind) {
    case 'vgg-small':
      return vggSmall(backbone, random(seed, 'backbone'))
    case 'untrained':
      return drawnBackbone(namedOptions(backbone), random(seed, 'backbone'))
    case 'pretrained':
      if (!weights) throw new TypeError('A pretrained backbone needs its weights')
      return pretrainedBackbone(namedOptions(backbone), weights, backbone.weights)
    case 'onnx':
      if (!backboneBytes) throw new TypeError('An onnx backbone needs its bytes')
      return onnxBackbone(backboneBytes, backbone, { readExternal, weights })
  }
}
