import type { Device } from './device/device.ts'
import type { Engine } from './engine.ts'
import { openProcess } from './host/process-host.ts'
import { openThread } from './host/thread-host.ts'
import { loadProgram } from './load-program.ts'

export interface OnnxRuntimeOptions {
  /** Default: 'cpu'. */
  readonly device?: Device
}

/**
 * ONNX Runtime. Each program has a host of its own, so that its runs, which block a thread and cannot be stopped, leave the
 * caller's event loop free.
 */
export function onnxRuntime({ device = 'cpu' }: OnnxRuntimeOptions = {}): Engine {
  return {
    name: `onnxruntime-${device}`,
    load: (graph, options = {}) => {
      const openLink = options.host === 'process' ? openProcess : openThread
      return loadProgram(graph, options, { device, openLink })
    },
  }
}
