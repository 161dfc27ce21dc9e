import type { BackboneParts } from './build-network.ts'
import type { Layers } from './layers.ts'
import { namedOptions } from './networks/named.ts'
import { layersOfFile, layersOfNetwork } from './networks/named-layers.ts'
import { onnxLayers } from './onnx-layers.ts'
import type { OnnxSpec, PretrainedSpec, UntrainedSpec } from './specs.ts'

/** Backbones whose layers the configuration can name. */
export type LayeredSpec = OnnxSpec | PretrainedSpec | UntrainedSpec

/** The values or layers of a backbone, as its `cut`, `trainFrom` and `explain` name them. */
export function layersOf(
  backbone: LayeredSpec,
  { backboneBytes, readExternal, weights }: Omit<BackboneParts, 'backbone'>,
): Layers {
  switch (backbone.kind) {
    case 'untrained':
      return layersOfNetwork(namedOptions(backbone))
    case 'pretrained':
      if (!weights) throw new TypeError('A pretrained backbone needs its weights')
      return layersOfFile(namedOptions(backbone), weights, backbone.weights)
    case 'onnx':
      if (!backboneBytes) throw new TypeError('An onnx backbone needs its bytes')
      return onnxLayers(backboneBytes, backbone, readExternal)
  }
}
