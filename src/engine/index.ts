export { type Device, devices } from './device/device.ts'
export type {
  Engine,
  LoadOptions,
  Masks,
  NodeTime,
  Program,
  ProgramProfile,
  RunOptions,
  Traffic,
  Update,
  UpdateGraph,
  UpdateNodes,
} from './engine.ts'
export { type OnnxRuntimeOptions, onnxRuntime } from './onnx-runtime.ts'
export { evaluateNode, type InterpretOptions, interpret } from './reference/interpret.ts'
export { referenceEngine } from './reference-engine.ts'
export { defaultThreads } from './threads.ts'
