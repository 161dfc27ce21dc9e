import type { Tensor as OrtTensor } from 'onnxruntime-node'
import { Problem, type Tensor, type Tensors, tensor } from '../core/index.ts'
import { encode, type Graph } from '../graph/index.ts'

/** Runs a graph once in a plain session of ONNX Runtime, on one thread: what the reference is held against. */
export async function runOnnx(graph: Graph, inputs: Tensors): Promise<Tensors> {
  const { InferenceSession, Tensor } = (await import('onnxruntime-node')).default
  const session = await InferenceSession.create(encode(graph), { logSeverityLevel: 4, intraOpNumThreads: 1 })
  try {
    const feeds = Object.entries<Tensor>(inputs).map(([name, { dtype, data, shape }]) => {
      if (!ArrayBuffer.isView(data) || dtype === 'float16') throw new Problem(`Cannot run with a tensor of ${dtype}`)
      return [name, new Tensor(dtype, data, shape)] as const
    })
    const results = await session.run(Object.fromEntries(feeds))
    return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, fromOrt(value)]))
  } finally {
    await session.release()
  }
}

function fromOrt({ type, dims, data }: OrtTensor): Tensor {
  if (data instanceof Float32Array || data instanceof Float64Array || data instanceof BigInt64Array) {
    return tensor(type === 'float64' || type === 'int64' ? type : 'float32', dims, data)
  }
  if (type === 'bool' && data instanceof Uint8Array) return tensor(type, dims, data)
  throw new Problem(`Cannot read a result of type ${type}`)
}
