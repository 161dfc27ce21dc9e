import { type Loss, Problem, systemClock, type Tensors, throwIfAborted } from '../core/index.ts'
import { withWeights } from '../graph/index.ts'
import { plainBatches, shuffledBatches } from './batches.ts'
import { bestEpoch } from './best-epoch.ts'
import type { Inputs } from './inputs.ts'
import { type Batch, type Learner, makeBatch } from './learner.ts'
import type { EpochRecord, Plan, TrainEvent, Trained, TrainTools } from './plan.ts'
import { prefetch } from './prefetch.ts'
import { rateAt } from './schedule.ts'
import { meanAuroc, tally } from './tally.ts'

/** What stays the same through all epochs. */
export interface Course {
  readonly plan: Plan
  readonly loss: Loss
  /** Outputs of the network. */
  readonly classes: number
  readonly inputs: Inputs
  readonly tools: TrainTools
  readonly learner: Learner
}

/** Epoch after epoch: learn, judge, keep the best; until the plan's end or the end of patience. */
export async function* epochs(course: Course): AsyncGenerator<TrainEvent, Trained, void> {
  const { plan, inputs, learner } = course
  const best = bestEpoch(plan.patience)
  const history: EpochRecord[] = []
  let kept: Tensors = {}
  for (let epoch = 1; epoch <= plan.epochs; epoch++) {
    const trained = yield* learnEpoch(course, epoch, history)
    const judged = await judgeEpoch(course)
    checkFinite(plan, 'validation loss', judged.validationLoss, `epoch ${epoch}`)
    const isBest = best.see(epoch, judged.validationLoss)
    const record = { epoch, ...trained, ...judged, best: isBest }
    history.push(record)
    yield { kind: 'epoch', ...record }
    if (isBest) {
      kept = await learner.parameters()
      yield { kind: 'checkpoint', epoch, parameters: kept }
    }
    if (epoch < plan.epochs && best.outOfPatience(epoch)) {
      yield { kind: 'stopped', reason: 'patience' }
      break
    }
    if (epoch === plan.epochs) yield { kind: 'stopped', reason: 'epochs' }
  }
  const graph = withWeights(inputs.network.graph, kept)
  return { network: { ...inputs.network, graph }, history, bestEpoch: best.epoch }
}

type Learned = Pick<EpochRecord, 'trainLoss' | 'trainAccuracy' | 'rate' | 'gradientNorm' | 'skippedSteps' | 'lossScale'>

/** @param history the epochs before */
async function* learnEpoch(
  course: Course,
  epoch: number,
  history: readonly EpochRecord[],
): AsyncGenerator<TrainEvent, Learned, void> {
  const { plan, inputs, tools, learner } = course
  const clock = tools.clock ?? systemClock
  const { count } = inputs.training.examples
  const batches = shuffledBatches({ count, size: plan.batch, seed: plan.seed, epoch })
  const { length: steps } = batches
  const progress = { steps, epochs: plan.epochs, losses: history.map(({ validationLoss }) => validationLoss) }
  const sum = tally(course.loss, course.classes)
  let [step, rate, norms, skips] = [0, 0, 0, 0]
  const make = (indices: readonly number[]): Promise<Batch> => makeBatch({ part: inputs.training, indices, epoch })
  for await (const batch of prefetch(batches, make)) {
    throwIfAborted(tools.signal)
    const started = clock.now()
    rate = rateAt(plan.rate, (epoch - 1) * steps + step, progress)
    const { loss, logits, gradientNorm, skipped } = await learner.learn(batch, rate)
    step++
    const place = `epoch ${epoch}, step ${step}, at learning rate ${rate}`
    checkFinite(plan, 'loss', loss, place)
    if (skipped) {
      skips++
      checkScale(await learner.lossScale(), place)
    } else {
      checkFinite(plan, 'norm of the gradients', gradientNorm, place)
      norms += gradientNorm
    }
    sum.add(loss, logits, batch.labels, batch.mask)
    const milliseconds = clock.now() - started
    const skip = skipped ? { skipped } : {}
    yield { kind: 'step', epoch, step, steps, loss, rate, gradientNorm, ...skip, milliseconds }
  }
  const lossScale = await learner.lossScale()
  return {
    trainLoss: sum.loss,
    trainAccuracy: sum.accuracy,
    rate,
    gradientNorm: norms / Math.max(1, steps - skips),
    ...(lossScale === undefined ? {} : { skippedSteps: skips, lossScale }),
  }
}

/** What helps where float16 is too small. */
const inFull = "train: { precision: 'float32' }, or lower the learning rate"

/** Gradients that overflow without any scale are too large for float16. */
function checkScale(scale: number | undefined, place: string): void {
  if (scale === undefined || scale >= 1) return
  throw new Problem(
    `Cannot go on training in mixed precision: gradients overflow float16 in ${place}, and the scale of the loss is down to ${scale}, at least 1 is wanted`,
    { next: inFull },
  )
}

function checkFinite({ precision }: Plan, name: string, value: number, place: string): void {
  if (Number.isFinite(value)) return
  throw new Problem(`Cannot go on training: the ${name} is ${value} in ${place}, a finite number is wanted`, {
    next:
      precision === 'mixed' ? inFull : 'lower the learning rate, or set a bound for the gradients: clip: { norm: 1 }',
  })
}

type Judged = Pick<EpochRecord, 'validationLoss' | 'validationAccuracy' | 'validationAuroc'>

/** The whole validation part, without dropout. */
async function judgeEpoch({ plan, loss, classes, inputs, tools, learner }: Course): Promise<Judged> {
  const part = inputs.validation
  const sum = tally(loss, classes)
  const logits = new Float32Array(part.examples.labels.length)
  let filled = 0
  const make = (indices: readonly number[]): Promise<Batch> => makeBatch({ part, indices, epoch: 0 })
  for await (const batch of prefetch(plainBatches(part.examples.count, plan.batch), make)) {
    throwIfAborted(tools.signal)
    const outcome = await learner.judge(batch)
    sum.add(outcome.loss, outcome.logits, batch.labels, batch.mask)
    logits.set(outcome.logits, filled)
    filled += outcome.logits.length
  }
  return {
    validationLoss: sum.loss,
    validationAccuracy: sum.accuracy,
    validationAuroc: meanAuroc(loss, logits, part.examples),
  }
}
