import { elements, floats, throwIfAborted } from '../core/index.ts'
import { type FrozenPart, frozenSource } from './batch-source.ts'
import { plainBatches } from './batches.ts'
import type { Examples, TrainEvent } from './plan.ts'
import { prefetch } from './prefetch.ts'
import type { Rows } from './rows.ts'

/** The frozen part is run on so many films at a time: more bring nothing, and cost memory. */
const films = 16
/** The epoch for which films are drawn when features are computed before the first one. */
const before = 0

export interface FeatureOptions {
  /** Films that are already done, and all films to do: for events. */
  readonly done: number
  readonly total: number
  readonly signal: AbortSignal | undefined
}

/** What the frozen part makes of every example, in their order. */
export async function* featuresOf(
  examples: Examples,
  frozen: FrozenPart,
  { done, total, signal }: FeatureOptions,
): AsyncGenerator<TrainEvent, Rows, void> {
  const source = frozenSource(examples, frozen)
  const batches = plainBatches(examples.count, films)
  let values = new Float32Array(0)
  let shape: readonly number[] = []
  let filled = 0
  for await (const features of prefetch(batches, indices => source.batch(indices, before))) {
    throwIfAborted(signal)
    if (filled === 0) {
      shape = features.shape.slice(1)
      values = new Float32Array(examples.count * elements(shape))
    }
    values.set(floats(features), filled * elements(shape))
    filled += features.shape[0]!
    yield { kind: 'features', done: done + filled, total }
  }
  return { values, shape }
}
