import type { Tensors } from '../../core/index.ts'
import type { Device } from '../device/device.ts'
import type { NodeTime } from '../engine.ts'

/** A graph that an engine has loaded. Runs may block their thread, so a session lives in a host and nowhere else. */
export interface Session {
  readonly inputs: readonly string[]
  /** The shape of an output where all its dimensions are known. */
  shapeOf(output: string): readonly number[] | undefined
  /** @param into buffers for some of the outputs, written in place and given back as the result */
  run(inputs: Tensors, outputs: readonly string[], into: Tensors): Promise<Tensors>
  /** What each node took since the session was opened for that, once. */
  nodeTimes(): Promise<readonly NodeTime[]>
  release(): Promise<void>
}

export interface SessionSettings {
  readonly device: Device
  readonly threads: number
  /** Weights come with each run instead of with the graph: layouts that are made for fixed weights do not pay then. */
  readonly weightsVary: boolean
  /** Whether the session notes what each node takes. Default: no. */
  readonly profile?: boolean
}

/** @param onnx the graph's bytes */
export type OpenSession = (onnx: Uint8Array, settings: SessionSettings) => Promise<Session>
