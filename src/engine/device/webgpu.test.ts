import { withUpdate } from '../../autodiff/index.ts'
import { needSwiftShader } from '../../testing/swiftshader.ts'
import { engineContract } from '../engine.contract.ts'
import { onnxRuntime } from '../onnx-runtime.ts'

const skip = needSwiftShader()
for (const host of ['thread', 'process'] as const) {
  engineContract(`onnxRuntime({ device: 'webgpu' }) in a ${host}`, onnxRuntime({ device: 'webgpu' }), {
    host,
    nodes: withUpdate,
    skip,
  })
}
