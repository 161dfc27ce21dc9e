import { evaluateNode } from '../engine/index.ts'
import {
  decode,
  expandAttention,
  type Graph,
  liftConstants,
  openBatch,
  simplify,
  upgrade,
  withOutputs,
} from '../graph/index.ts'
import { type ImageGraph, openImage } from './image-input.ts'
import type { OnnxSpec } from './specs.ts'

/** A whole file as it is, but that its one input is `image` [N, C, S, S] and its batch is open. */
export function openFile(bytes: Uint8Array, spec: OnnxSpec): ImageGraph {
  const file = expandAttention(liftConstants(decode(bytes)))
  const { graph, contract } = openImage(file, spec)
  return { graph: openBatch(graph, file.inputs[0]?.shape[0] ?? '?', evaluateNode), contract }
}

/**
 * The part of a file that gives some values, in one operator set and without nodes that change nothing.
 * @param kept values whose names stay although nothing changes there
 */
export function simplified(file: Graph, outputs: readonly string[], kept: readonly string[] = []): Graph {
  return simplify(upgrade(withOutputs(file, outputs)), kept)
}
