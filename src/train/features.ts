import { elements, floats, type Tensor, throwIfAborted } from '../core/index.ts'
import type { FrozenPart } from './batch-source.ts'
import { plainBatches } from './batches.ts'
import type { Images } from './images.ts'
import type { TrainEvent } from './plan.ts'
import { prefetch } from './prefetch.ts'
import type { Rows } from './rows.ts'

/** The frozen part is run on so many films at a time: more bring nothing, and cost memory. */
const films = 16
/** The epoch for which films are drawn when features are computed before the first one. */
const before = 0

export interface FeatureOptions {
  /** Examples. */
  readonly count: number
  /** Films that are already done, and all films to do: for events. */
  readonly done: number
  readonly total: number
  readonly signal: AbortSignal | undefined
}

/** What the frozen part makes of every example, in their order. */
export async function* featuresOf(
  images: Images,
  frozen: FrozenPart,
  { count, done, total, signal }: FeatureOptions,
): AsyncGenerator<TrainEvent, Rows, void> {
  const batches = plainBatches(count, films)
  let values = new Float32Array(0)
  let shape: readonly number[] = []
  let filled = 0
  const make = async (indices: readonly number[]): Promise<Tensor> => frozen.features(await images(indices, before))
  for await (const features of prefetch(batches, make)) {
    throwIfAborted(signal)
    if (filled === 0) {
      shape = features.shape.slice(1)
      values = new Float32Array(count * elements(shape))
    }
    values.set(floats(features), filled * elements(shape))
    filled += features.shape[0]!
    yield { kind: 'features', done: done + filled, total }
  }
  return { values, shape }
}
