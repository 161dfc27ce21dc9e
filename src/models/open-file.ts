import { Problem } from '../core/index.ts'
import { evaluateNode } from '../engine/index.ts'
import {
  decode,
  expandAttention,
  type Graph,
  liftConstants,
  openBatch,
  type ReadExternal,
  simplify,
  upgrade,
  withOutputs,
} from '../graph/index.ts'
import { withFixedNorms } from './batch-norms.ts'
import { type ImageGraph, openImage } from './image-input.ts'
import type { OnnxSpec } from './specs.ts'

/**
 * A whole file as it is, but that its one input is `image` [N, C, S, S] and its batch is open.
 * @param readExternal reads the weights that the file keeps in others; without it, such a file is refused
 */
export function openFile(bytes: Uint8Array, spec: OnnxSpec, readExternal?: ReadExternal): ImageGraph {
  const file = expandAttention(liftConstants(decoded(bytes, spec, readExternal)))
  const { graph, contract } = openImage(file, spec)
  return { graph: openBatch(graph, file.inputs[0]?.shape[0] ?? '?', evaluateNode), contract }
}

/** The graph of a file, which errors name. */
function decoded(bytes: Uint8Array, { path }: OnnxSpec, readExternal: ReadExternal | undefined): Graph {
  try {
    return decode(bytes, readExternal)
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause
    throw new Problem(`Cannot use the backbone "${path}". ${cause.message}`, {
      cause,
      next: cause.next ?? 'name an ONNX file; weights alone are for pretrained({ network, weights })',
    })
  }
}

/**
 * The part of a file that gives some values, in one operator set and without nodes that change nothing.
 * @param kept values whose names stay although nothing changes there
 */
export function simplified(file: Graph, outputs: readonly string[], kept: readonly string[] = []): Graph {
  return simplify(upgrade(withFixedNorms(withOutputs(file, outputs))), kept)
}
