import type { LoadOptions } from '../engine/index.ts'
import type { TrainTools } from './plan.ts'

/** What every program of a training is loaded with. */
export function loadOptions({ threads, signal }: TrainTools): Pick<LoadOptions, 'threads' | 'signal'> {
  return { ...(threads === undefined ? {} : { threads }), ...(signal === undefined ? {} : { signal }) }
}
