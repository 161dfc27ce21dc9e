import { plainBatches } from './batches.ts'
import type { Checkpoint } from './checkpoint.ts'
import { type Course, noJudging, pause } from './course.ts'
import type { EpochSums } from './epoch-sums.ts'
import { type Batch, makeBatch } from './learner.ts'
import type { EpochRecord, TrainEvent } from './plan.ts'
import { prefetch } from './prefetch.ts'
import { meanAuroc, tally } from './tally.ts'

type Judged = Pick<EpochRecord, 'validationLoss' | 'validationAccuracy' | 'validationAuroc'>

export interface Learnt {
  readonly epoch: number
  /** Of all its steps. */
  readonly sums: EpochSums
  /** Where to go on, if some of its films were judged already. */
  readonly begun: Checkpoint | undefined
}

/** The whole validation part, without dropout. */
export async function* judgeEpoch(
  course: Course,
  { epoch, sums, begun }: Learnt,
): AsyncGenerator<TrainEvent, Judged, void> {
  const { plan, loss, classes, inputs, learner, notFinite } = course
  const part = inputs.validation
  const { count } = part.examples
  const from = begun?.judging ?? noJudging
  const sum = tally(loss, classes, from.sums)
  const logits = new Float32Array(part.examples.labels.length)
  logits.set(from.logits)
  let judged = from.logits.length / classes
  const step = Math.ceil(inputs.training.examples.count / plan.batch)
  const make = (indices: readonly number[]): Promise<Batch> => makeBatch({ part, indices, epoch: 0 })
  const batches = plainBatches(count, plan.batch).slice(Math.ceil(judged / plan.batch))
  for await (const batch of prefetch(batches, make)) {
    yield* pause(course, () => ({
      place: { epoch, step, judged },
      sums,
      judging: { sums: sum.sums, logits: logits.slice(0, judged * classes) },
    }))
    const outcome = await learner.judge(batch)
    const films = outcome.logits.length / classes
    notFinite.checkJudged(outcome, { epoch, indices: Array.from({ length: films }, (_, i) => judged + i) })
    sum.add(outcome.loss, outcome.logits, batch.labels, batch.mask)
    logits.set(outcome.logits, judged * classes)
    judged += films
  }
  return {
    validationLoss: sum.loss,
    validationAccuracy: sum.accuracy,
    validationAuroc: meanAuroc(loss, logits, part.examples),
  }
}
