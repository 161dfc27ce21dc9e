import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import type { Tensor, Tensors } from '../../core/index.ts'
import { encode, type Graph } from '../../graph/index.ts'
import { fromOrt, loadOrt } from '../host/onnx-session.ts'

/** A value in the memory of the device. Whoever holds it must dispose of it: nothing else frees that memory. */
export type DeviceTensor = OrtTensor

/** A graph on the device. */
export interface WebGpuSession {
  /**
   * One run. Every output is computed; the binding cannot leave one out.
   * @param there inputs that are on the device already
   * @param inputs the others, which are copied to it
   */
  run(inputs: Tensors, there: Readonly<Record<string, DeviceTensor>>): Promise<WebGpuResults>
  release(): Promise<void>
}

export interface WebGpuResults {
  /** What was copied back. */
  readonly answers: Tensors
  /** What stays on the device. */
  readonly kept: Readonly<Record<string, DeviceTensor>>
}

/** What ONNX Runtime says when a node would run on the CPU. */
const fallbackWords = /fallback to CPU EP has been explicitly disabled/

/** Whether an error means that some node of a graph would run on the CPU. */
export function wouldFallBack(error: unknown): boolean {
  return error instanceof Error && fallbackWords.test(error.message)
}

/**
 * Loads a graph onto the device, every node of it: one that would run on the CPU is an error (see `wouldFallBack`).
 * @param answers the outputs that are copied back in each run; the others stay
 */
export async function openWebGpuSession(graph: Graph, answers: readonly string[]): Promise<WebGpuSession> {
  const ort = await loadOrt()
  const session = await ort.InferenceSession.create(encode(graph), sessionOptions(graph, answers))
  return {
    async run(inputs, there) {
      const feeds: Record<string, OrtTensor> = { ...there }
      for (const [name, value] of Object.entries(inputs)) feeds[name] = toOrt(ort, value)
      const results = await session.run(feeds)
      const split: { answers: Record<string, Tensor>; kept: Record<string, DeviceTensor> } = { answers: {}, kept: {} }
      for (const name of session.outputNames) {
        if (answers.includes(name)) split.answers[name] = fromOrt(name, results[name])
        else split.kept[name] = results[name]!
      }
      return split
    },
    release: () => session.release(),
  }
}

function toOrt(ort: typeof import('onnxruntime-node'), value: Tensor): OrtTensor {
  return new ort.Tensor(value.dtype as 'float32', value.data as Float32Array, value.shape)
}

function sessionOptions(graph: Graph, answers: readonly string[]): InferenceSession.SessionOptions {
  return {
    executionProviders: ['webgpu'],
    preferredOutputLocation: Object.fromEntries(
      graph.outputs.map(({ name }) => [name, answers.includes(name) ? 'cpu' : 'gpu-buffer']),
    ),
    graphOptimizationLevel: 'extended',
    logSeverityLevel: 4,
    extra: { session: { disable_cpu_ep_fallback: '1' } },
  }
}
