export type { Engine, LoadOptions, Program, RunOptions, Update } from './engine.ts'
export { type OnnxRuntimeOptions, onnxRuntime } from './onnx-runtime.ts'
export { type InterpretOptions, interpret } from './reference/interpret.ts'
export { defaultThreads } from './threads.ts'
