import { Problem, systemClock, type Tensors, throwIfAborted } from '../core/index.ts'
import { withWeights } from '../graph/index.ts'
import { plainBatches, shuffledBatches } from './batches.ts'
import { bestEpoch } from './best-epoch.ts'
import type { Inputs } from './inputs.ts'
import { type Batch, type Learner, makeBatch } from './learner.ts'
import type { EpochRecord, Plan, TrainEvent, Trained, TrainTools } from './plan.ts'
import { prefetch } from './prefetch.ts'
import { rateAt } from './schedule.ts'
import type { SplitNetwork } from './split-network.ts'
import { meanAuroc, type Tally, tally } from './tally.ts'

/** What stays the same through all epochs. */
export interface Course {
  readonly plan: Plan
  readonly inputs: Inputs
  readonly split: SplitNetwork
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
    const trained = yield* learnEpoch(course, epoch)
    const judged = await judgeEpoch(course)
    checkLoss('validation loss', judged.validationLoss, `epoch ${epoch}`)
    const isBest = best.see(epoch, judged.validationLoss)
    const record = { epoch, trainLoss: trained.loss, trainAccuracy: trained.accuracy, ...judged, best: isBest }
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

async function* learnEpoch(course: Course, epoch: number): AsyncGenerator<TrainEvent, Tally, void> {
  const { plan, inputs, split, tools, learner } = course
  const clock = tools.clock ?? systemClock
  const { count } = inputs.training.examples
  const batches = shuffledBatches({ count, size: plan.batch, seed: plan.seed, epoch })
  const length = { steps: batches.length, epochs: plan.epochs }
  const sum = tally()
  let step = 0
  const make = (indices: readonly number[]): Promise<Batch> =>
    makeBatch({ part: inputs.training, input: split.input, indices, epoch })
  for await (const batch of prefetch(batches, make)) {
    throwIfAborted(tools.signal)
    const started = clock.now()
    const rate = rateAt(plan.rate, (epoch - 1) * batches.length + step, length)
    const outcome = await learner.learn(batch, rate)
    step++
    checkLoss('loss', outcome.loss, `epoch ${epoch}, step ${step}, at learning rate ${rate}`)
    sum.add(outcome.loss, outcome.logits, batch.labels, batch.mask)
    yield {
      kind: 'step',
      epoch,
      step,
      steps: batches.length,
      loss: outcome.loss,
      milliseconds: clock.now() - started,
    }
  }
  return sum
}

function checkLoss(name: string, loss: number, place: string): void {
  if (Number.isFinite(loss)) return
  throw new Problem(`Cannot go on training: the ${name} is ${loss} in ${place}, a finite number is wanted`, {
    next: 'lower the learning rate',
  })
}

type Judged = Pick<EpochRecord, 'validationLoss' | 'validationAccuracy' | 'validationAuroc'>

/** The whole validation part, without dropout. */
async function judgeEpoch({ plan, inputs, split, tools, learner }: Course): Promise<Judged> {
  const part = inputs.validation
  const sum = tally()
  const logits = new Float32Array(part.examples.labels.length)
  let filled = 0
  const make = (indices: readonly number[]): Promise<Batch> =>
    makeBatch({ part, input: split.input, indices, epoch: 0 })
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
    validationAuroc: meanAuroc(logits, part.examples),
  }
}
