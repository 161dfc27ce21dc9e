import { Problem, random, sha256 } from '../core/index.ts'
import type { ReadExternal } from '../graph/index.ts'
import { addHead } from './head.ts'
import type { Backbone, Network } from './network.ts'
import { onnxBackbone } from './onnx-backbone.ts'
import type { BackboneSpec, HeadSpec } from './specs.ts'
import { vggSmall } from './vgg-small.ts'

export interface NetworkOptions {
  readonly backbone: BackboneSpec
  /** The bytes of the file that an `onnx` backbone names. */
  readonly backboneBytes?: Uint8Array | undefined
  /** Reads the weights that this file keeps in others. Without it, such a file is refused. */
  readonly readExternal?: ReadExternal | undefined
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

function backboneOf({ backbone, backboneBytes, readExternal, seed }: NetworkOptions): Backbone {
  if (backbone.kind === 'vgg-small') return vggSmall(backbone, random(seed, 'backbone'))
  if (!backboneBytes) throw new TypeError('An onnx backbone needs its bytes')
  if (backbone.sha256 !== undefined && sha256(backboneBytes) !== backbone.sha256) {
    throw new Problem(
      `Cannot use the backbone "${backbone.path}": its SHA-256 is ${sha256(backboneBytes)}, the configuration wants ${backbone.sha256}`,
    )
  }
  return onnxBackbone(backboneBytes, backbone, readExternal)
}
