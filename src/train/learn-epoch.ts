import { systemClock } from '../core/index.ts'
import { shuffledBatches } from './batches.ts'
import type { Checkpoint } from './checkpoint.ts'
import { type Course, noJudging, pause } from './course.ts'
import { type EpochSums, noSums } from './epoch-sums.ts'
import { type Batch, makeBatch } from './learner.ts'
import type { EpochRecord, TrainEvent } from './plan.ts'
import { prefetch } from './prefetch.ts'
import { rateAt } from './schedule.ts'
import { tally } from './tally.ts'

type Learned = Pick<
  EpochRecord,
  'trainLoss' | 'trainAccuracy' | 'rate' | 'gradientNorm' | 'largestGradientNorm' | 'skippedSteps' | 'lossScale'
>

/** The training part once, in its order of this epoch. @param begun where to go on, if some of its steps are done */
export async function* learnEpoch(
  course: Course,
  epoch: number,
  begun: Checkpoint | undefined,
): AsyncGenerator<TrainEvent, { readonly learned: Learned; readonly sums: EpochSums }, void> {
  const { plan, inputs, tools, learner, past, notFinite } = course
  const clock = tools.clock ?? systemClock
  const { count } = inputs.training.examples
  const batches = shuffledBatches({ count, size: plan.batch, seed: plan.seed, epoch })
  const { length: steps } = batches
  const progress = { steps, epochs: plan.epochs, losses: past.history.map(({ validationLoss }) => validationLoss) }
  const from = begun?.sums ?? noSums
  const sum = tally(course.loss, course.classes, from.tally)
  let { rate, norms, largestNorm, skips } = from
  let step = begun?.place.step ?? 0
  const sums = (): EpochSums => ({ tally: sum.sums, rate, norms, largestNorm, skips })
  const make = (indices: readonly number[]): Promise<Batch> => makeBatch({ part: inputs.training, indices, epoch })
  for await (const batch of prefetch(batches.slice(step), make)) {
    yield* pause(course, () => ({ place: { epoch, step, judged: 0 }, sums: sums(), judging: noJudging }))
    const started = clock.now()
    rate = rateAt(plan.rate, (epoch - 1) * steps + step, progress)
    const outcome = await learner.learn(batch, rate)
    const { loss, logits, gradientNorm, skipped } = outcome
    const at = { epoch, step: step + 1, rate, indices: batches[step]! }
    step++
    await notFinite.checkStep(outcome, at)
    if (skipped) {
      skips++
    } else {
      norms += gradientNorm
      largestNorm = Math.max(largestNorm, gradientNorm)
    }
    sum.add(loss, logits, batch.labels, batch.mask)
    const milliseconds = clock.now() - started
    const skip = skipped ? { skipped } : {}
    yield { kind: 'step', epoch, step, steps, loss, rate, gradientNorm, ...skip, milliseconds }
  }
  const lossScale = await learner.lossScale()
  const learned = {
    trainLoss: sum.loss,
    trainAccuracy: sum.accuracy,
    rate,
    gradientNorm: norms / Math.max(1, steps - skips),
    largestGradientNorm: largestNorm,
    ...(lossScale === undefined ? {} : { skippedSteps: skips, lossScale }),
  }
  return { learned, sums: sums() }
}
