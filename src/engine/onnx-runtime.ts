import type { Engine } from './engine.ts'
import { openProcess } from './host/process-host.ts'
import { openThread } from './host/thread-host.ts'
import { loadProgram } from './load-program.ts'

export interface OnnxRuntimeOptions {
  /** Default: 'cpu'. */
  readonly device?: 'cpu'
}

/**
 * ONNX Runtime. Each program has a host of its own, so that its runs, which block a thread and cannot be stopped, leave the
 * caller's event loop free.
 */
export function onnxRuntime(options: OnnxRuntimeOptions = {}): Engine {
  return {
    name: `onnxruntime-${options.device ?? 'cpu'}`,
    load: (graph, loading = {}) => loadProgram(graph, loading, loading.host === 'process' ? openProcess : openThread),
  }
}
