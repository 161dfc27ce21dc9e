import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import type { Tensor } from '../../core/index.ts'
import type { NodeTime } from '../engine.ts'
import { profilePrefix, takeNodeTimes } from './node-times.ts'
import type { OpenSession, SessionSettings } from './session.ts'

/**
 * Options of every session. One operator at a time on all threads; threads sleep between operators instead of spinning, or
 * the rest of the process starves; the arena is kept, since training asks for the same buffers in every step; ONNX Runtime
 * writes nothing on the terminal, its errors are thrown. The last optimization is a blocked layout of images: without fixed
 * weights only poolings would take it, at the price of two conversions each.
 */
function sessionOptions({ device, threads, weightsVary }: SessionSettings): InferenceSession.SessionOptions {
  return {
    executionProviders: [device],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: weightsVary ? 'extended' : 'all',
    enableCpuMemArena: true,
    enableMemPattern: true,
    logSeverityLevel: 4,
    extra: { session: { intra_op: { allow_spinning: '0' }, disable_cpu_ep_fallback: device === 'cpu' ? '0' : '1' } },
  }
}

/** ONNX Runtime, made to keep its words to itself. */
export async function loadOrt(): Promise<typeof import('onnxruntime-node')> {
  const ort = await import('onnxruntime-node')
  ort.env.logLevel = 'fatal'
  return ort
}

/** A session of ONNX Runtime. */
export const openOnnxSession: OpenSession = async (onnx, settings) => {
  const ort = await loadOrt()
  const prefix = settings.profile ? profilePrefix() : undefined
  const noted = prefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: prefix }
  const session = await ort.InferenceSession.create(onnx, { ...sessionOptions(settings), ...noted })
  let isNoting = prefix !== undefined
  const nodeTimes = async (): Promise<readonly NodeTime[]> => {
    if (prefix === undefined || !isNoting) return []
    isNoting = false
    session.endProfiling()
    return takeNodeTimes(prefix)
  }
  const shapes = outputShapes(session)
  const toOrt = (value: Tensor): OrtTensor =>
    new ort.Tensor(value.dtype as 'float32', value.data as Float32Array, value.shape)

  return {
    inputs: session.inputNames,
    shapeOf: output => shapes.get(output),
    async run(inputs, outputs, into) {
      const feeds: Record<string, OrtTensor> = {}
      for (const [name, value] of Object.entries(inputs)) feeds[name] = toOrt(value)
      const fetches: Record<string, OrtTensor | null> = {}
      for (const name of outputs) fetches[name] = into[name] === undefined ? null : toOrt(into[name])
      const results = await session.run(feeds, fetches)
      return Object.fromEntries(outputs.map(name => [name, fromOrt(name, results[name])]))
    },
    nodeTimes,
    async release() {
      // Whoever did not ask for them leaves no file behind.
      await nodeTimes()
      await session.release()
    },
  }
}

function outputShapes(session: InferenceSession): ReadonlyMap<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>()
  for (const value of session.outputMetadata) {
    if (!value.isTensor) continue
    const shape = value.shape.filter(size => typeof size === 'number')
    if (shape.length === value.shape.length) shapes.set(value.name, shape)
  }
  return shapes
}

/** A result in the host's memory. */
export function fromOrt(name: string, value: OrtTensor | undefined): Tensor {
  if (value === undefined) throw new Error(`ONNX Runtime gave no output "${name}"`)
  if (value.type === 'int4' || value.type === 'uint4') throw new TypeError(`Output "${name}" is ${value.type}`)
  return { dtype: value.type, shape: value.dims, data: value.data }
}
