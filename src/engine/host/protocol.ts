import type { Tensors } from '../../core/index.ts'
import type { Device } from '../device/device.ts'
import type { Masks, Update, UpdateGraph } from '../engine.ts'
import type { MaskShapes } from './masks.ts'

/** What a host needs to become a program. */
export interface Setup {
  /** The graph's name, for sentences. */
  readonly graph: string
  readonly device: Device
  /** The graph as ONNX bytes. */
  readonly onnx: Uint8Array
  /** The same without gradients, for runs that learn nothing. Absent where there are none. */
  readonly forward?: Uint8Array
  /** Runs that learn nothing leave the state as it is: `forward` does not move it. */
  readonly keepState?: true
  readonly threads: number
  /** What a run answers with unless told otherwise. */
  readonly answers: readonly string[]
  readonly state: Readonly<Record<string, string>>
  readonly initial: Tensors
  readonly update?: Omit<Update, 'nodes'>
  /** Where the graph itself holds the update. */
  readonly updating?: Omit<UpdateGraph, 'graph'>
  readonly masks?: Masks
  readonly profile?: true
}

/** What is asked of a host, one thing at a time. Each request is answered by one reply. */
export type Request =
  | { readonly kind: 'load'; readonly setup: Setup }
  | {
      readonly kind: 'run'
      readonly inputs: Tensors
      readonly masks: MaskShapes
      readonly outputs: readonly string[]
      readonly rate?: number
    }
  | { readonly kind: 'read'; readonly names?: readonly string[] }
  | { readonly kind: 'write'; readonly values: Tensors }
  | { readonly kind: 'traffic' }
  | { readonly kind: 'profile' }
  | { readonly kind: 'close' }

export type Reply = { readonly tensors: Tensors } | { readonly failure: Failure }

/** An error as it travels from a host. */
export interface Failure {
  /** One sentence for a person when `foreseen`, else what the defect says of itself. */
  readonly message: string
  readonly foreseen: boolean
  /** What to type next. */
  readonly next?: string
  /** The engine's own words or a stack. */
  readonly detail: string
}
