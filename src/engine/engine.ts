/// <reference lib="esnext.disposable" preserve="true" />

import type { Clip, Optimizer, Tensors } from '../core/index.ts'
import type { Graph } from '../graph/index.ts'

/** Runs graphs. */
export interface Engine {
  readonly name: string
  /**
   * Makes a graph ready to run. The caller keeps the graph and the initial values: what the program needs is copied.
   *
   * @throws {Problem} when the engine refuses the graph; the sentence names the graph and, where known, the node.
   */
  load(graph: Graph, options?: LoadOptions): Promise<Program>
}

export interface LoadOptions {
  /**
   * Where the program lives: a worker thread (default), whose memory is near, or a child process, whose crash leaves the
   * caller standing.
   */
  readonly host?: 'thread' | 'process'
  /** Threads that compute one operator together. Default: every core that the process may use, at most 16. */
  readonly threads?: number
  /** Input ← output: after each run the input takes the output's value. Both stay with the engine. */
  readonly state?: Readonly<Record<string, string>>
  /** Values of the resident inputs: parameters and state. Those that are left out must be written before the first run. */
  readonly initial?: Tensors
  /** Makes parameters of some inputs: they stay with the engine, which updates them after a run that is given a rate. */
  readonly update?: Update
  /**
   * What runs without a rate compute, where it differs from the graph: a network as it is judged, without what it does in training
   * only. Its inputs are some of the graph's. State then stays as it is in such runs. Default: the graph without its gradients.
   */
  readonly forward?: Graph
  /** Makes dropout masks of some inputs (float32): the engine draws them, so that nothing large crosses to the host. */
  readonly masks?: Masks
  /** Notes where the time goes, node by node: see `profile`. It costs a little of it. Default false. */
  readonly profile?: boolean
  /** Stops the loading; the promise then rejects with `Interrupted`. */
  readonly signal?: AbortSignal
}

/** How parameters learn. Data, because no function crosses to the host. */
export interface Update {
  readonly optimizer: Optimizer
  /** Parameter (a float32 input) → its gradient (a float32 output of the same shape). */
  readonly gradients: Readonly<Record<string, string>>
  /** Scales the gradients of a step down together. Default: they are taken as they are. */
  readonly clip?: Clip
  /**
   * The name under which a run with a rate also answers with the Euclidean norm of all gradients, before clipping: a float32
   * scalar. Nothing in the graph may have it. Default: the norm is not told.
   */
  readonly norm?: string
  /**
   * An output of the graph, a float32 scalar: a run with a rate that does not give more than 0 there leaves parameters, slots and
   * `step` as they are; other state moves on. Runs with a rate also answer with it. Default: every one of them updates.
   */
  readonly when?: string
  /**
   * An output of the graph, a float32 scalar: a run with a rate that gives no finite number there leaves everything resident as it
   * is, so that the cause can be looked for. (So it does with parameters and slots where gradients are clipped and the norm that
   * is told is no finite number.) Runs with a rate also answer with it. Default: whatever a run gives is taken.
   */
  readonly guard?: string
  /** Writes the update as nodes of the graph. Engines that keep parameters on a device want it; others have a loop. */
  readonly nodes?: UpdateNodes
}

/** The graph with an update inside: autodiff's `withUpdate`. */
export type UpdateNodes = (graph: Graph, update: Omit<Update, 'nodes'>) => UpdateGraph

export interface UpdateGraph {
  readonly graph: Graph
  /** Input ← output: parameters and the optimizer's slots. */
  readonly state: Readonly<Record<string, string>>
  /** The inputs of the learning rate and of the update's number, 1 for the first: float32 scalars. */
  readonly rate: string
  readonly step: string
}

/**
 * Dropout, as data. A run with a rate draws masks from the seed, the input's name and the count of updates before it: 0 for
 * the rate's share of numbers, else 1 / (1 − rate). In a run without one every mask keeps everything.
 */
export interface Masks {
  readonly seed: number
  /** Input → the share that is dropped, from 0 and below 1. */
  readonly rates: Readonly<Record<string, number>>
}

export interface RunOptions {
  /**
   * Takes a run that waits out of the queue. A run that has begun cannot be stopped: the promise rejects at once, the
   * engine finishes the run (and its update), and later runs wait for it.
   */
  readonly signal?: AbortSignal
  /** The outputs to answer with. Default: all but gradients and state. */
  readonly outputs?: readonly string[]
  /** The learning rate of the update that follows this run. Default: no update. */
  readonly rate?: number
  /** True: the inputs' buffers are given away without a copy and are empty afterwards. Default: the caller keeps them. */
  readonly handOver?: boolean
}

/**
 * A loaded graph with its resident values. Calls are served one after the other, in the order in which they came.
 * Disposing waits for the call that has begun and refuses those that wait.
 */
export interface Program extends AsyncDisposable {
  /**
   * @param inputs every input of the graph that is neither resident nor a mask
   * @throws {Problem} when inputs do not fit the graph, the engine fails, or the host has died
   */
  run(inputs: Tensors, options?: RunOptions): Promise<Tensors>
  /**
   * Copies of resident values: parameters, state, the optimizer's slots (`NAME/momentum`, `NAME/m` …: see `optimizerSlots`) and
   * `step`, the count of updates (a float64 scalar).
   *
   * @param names default: all of them
   */
  read(names?: readonly string[]): Promise<Tensors>
  /** Replaces resident values, under the names that `read` gives. The values are copied. */
  write(values: Tensors): Promise<void>
  /** What has crossed between the host's memory and the device's. */
  traffic(): Promise<Traffic>
  /** Where the time went so far. Nodes are known where the program was loaded for that, and at the first call only. */
  profile(): Promise<ProgramProfile>
}

/** Milliseconds since a program was loaded. */
export interface ProgramProfile {
  /** What the graph took, in runs with a rate and in others. */
  readonly learning: number
  readonly answering: number
  /** On a device it is part of the graph, and of `learning`. */
  readonly update: number
  /** Drawing dropout masks. */
  readonly masks: number
  /** The slowest first. Of runs that learn, where there are any; none on a device. */
  readonly nodes: readonly NodeTime[]
}

export interface NodeTime {
  /** As the engine calls it, which may have made one node of several. */
  readonly name: string
  readonly operator: string
  readonly runs: number
  /** Of all runs together. */
  readonly milliseconds: number
}

/** Counted since a program was loaded. On the CPU nothing crosses. */
export interface Traffic {
  readonly runs: number
  /** Tensors that were copied to the device or from it. */
  readonly copies: number
  readonly bytes: number
}
