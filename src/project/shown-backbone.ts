import type { BackboneSpec } from '../models/index.ts'
import { shownUrl } from '../store/index.ts'
import { isAddress } from './named-file.ts'

/** The description as errors may name it: an address without what may be secret in it. */
export function shownBackbone(backbone: BackboneSpec): BackboneSpec {
  if (backbone.kind === 'pretrained') return { ...backbone, weights: shownPath(backbone.weights) }
  if (backbone.kind !== 'onnx') return backbone
  const { path, weights } = backbone
  return { ...backbone, path: shownPath(path), ...(weights !== undefined && { weights: shownPath(weights) }) }
}

export function shownPath(path: string): string {
  return isAddress(path) ? shownUrl(path) : path
}
