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
  const file = expandAttention(liftConstants(decoded(bytes, spec.path, readExternal)))
  const opened = openImage(file, spec)
  return { ...opened, graph: withOpenBatch(opened, file) }
}

function decoded(bytes: Uint8Array, path: string, readExternal: ReadExternal | undefined): Graph {
  try {
    return decode(bytes, readExternal)
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause
    const message = cause.message.replace(/^Cannot read the ONNX model/, `Cannot read the ONNX model "${path}"`)
    throw new Problem(message, {
      cause,
      next: cause.next ?? 'name an ONNX file; weights alone are for pretrained({ network, weights })',
    })
  }
}

/** @throws Problem when something in the file holds on to one number of films, or to another size than the contract's */
function withOpenBatch({ graph, contract }: ImageGraph, file: Graph): Graph {
  const [batch = '?', ...stated] = file.inputs[0]?.shape ?? []
  try {
    return openBatch(graph, batch, evaluateNode)
  } catch (cause) {
    const sizes = stated.filter(size => typeof size === 'number')
    const side = Math.max(...sizes)
    if (!(cause instanceof Problem) || sizes.length < 3 || side === contract.size) throw cause
    throw new Problem(cause.message, {
      cause,
      next: `leave "size" out of "contract": the file was exported for films of ${side} pixels, the contract gives ${contract.size}`,
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
