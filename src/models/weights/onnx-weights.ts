import { dirname } from 'node:path'
import { Problem, type Tensor } from '../../core/index.ts'
import { decode } from '../../graph/index.ts'
import { BadWeights } from './bad-weights.ts'
import type { ByteSource } from './byte-source.ts'
import { externalData } from './external-data.ts'
import { tensorOf } from './float-data.ts'
import type { Weights } from './weights.ts'

/** The tag of the message's first field: the version of the format. */
export const onnxStart: readonly number[] = [0x08]

/**
 * The initializers of an ONNX model.
 *
 * @param path of the model, where it is a file: weights may lie beside it
 */
export function readOnnxWeights(source: ByteSource, path: string | undefined): Weights {
  const bytes = source.read(0, source.size)
  try {
    const { weights } = decode(bytes, path === undefined ? undefined : externalData(dirname(path)))
    const tensors = Object.entries(weights).map(([name, weight]) => [name, asFloat32(weight)] as const)
    return { format: 'onnx', tensors: Object.fromEntries(tensors), about: {} }
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause
    throw new BadWeights(cause.message.replace(/^Cannot read the ONNX model: /, ''), {
      cause,
      ...(cause.next === undefined ? {} : { next: cause.next }),
    })
  }
}

function asFloat32(weight: Tensor): Tensor {
  const { dtype, shape, data } = weight
  if (dtype === 'float16' && data instanceof Uint16Array) return tensorOf(dtype, shape, data)
  if (dtype === 'float64' && data instanceof Float64Array) return tensorOf(dtype, shape, data)
  return weight
}
