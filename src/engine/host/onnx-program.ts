import { loadDeviceProgram } from '../device/device-program.ts'
import { openOnnxSession } from './onnx-session.ts'
import { type LoadProgram, loadHostProgram } from './program-core.ts'

/**
 * A program of ONNX Runtime. Its binding for Node keeps values on a device through WebGPU only; what CUDA computes comes back
 * to the host's memory after each run.
 */
export const loadOnnxProgram: LoadProgram = setup =>
  setup.device === 'webgpu' ? loadDeviceProgram(setup) : loadHostProgram(setup, openOnnxSession)
