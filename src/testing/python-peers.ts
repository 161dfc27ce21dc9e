import { homedir } from 'node:os'
import { join } from 'node:path'
import { need } from './needs.ts'

/** The Python of a peer's virtual environment, which one of `scripts/peers` makes. */
export interface PythonPeer {
  readonly python: string
  /** For `skip`: why it cannot be used here. */
  need(): string | false
}

function pythonPeer(name: string, script: string): PythonPeer {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  const python = join(cache, 'chestnut', 'peers', name, 'bin', 'python')
  return { python, need: () => need({ path: python, install: `sh scripts/peers/${script}` }) }
}

/** Stock onnxruntime, numpy and pillow, and nothing else. */
export const onnxruntimePeer: PythonPeer = pythonPeer('onnxruntime-1.32.0', 'onnxruntime.sh')

/** Stock MLflow, with what its ONNX flavour needs. */
export const mlflowPeer: PythonPeer = pythonPeer('mlflow-3.17.2', 'mlflow.sh')
