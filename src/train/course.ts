import { type Clock, type Loss, systemClock, throwIfAborted } from '../core/index.ts'
import { bestEpoch } from './best-epoch.ts'
import type { BestWeights, Checkpoint, Judging, Place } from './checkpoint.ts'
import type { Checkpointer } from './checkpointer.ts'
import { type EpochSums, noSums } from './epoch-sums.ts'
import type { Inputs } from './inputs.ts'
import type { Learner } from './learner.ts'
import type { NotFinite } from './not-finite.ts'
import type { EpochRecord, Plan, TrainEvent, TrainTools } from './plan.ts'

/** What stays the same through all epochs, and what lies behind. */
export interface Course {
  readonly plan: Plan
  readonly loss: Loss
  /** Outputs of the network. */
  readonly classes: number
  readonly inputs: Inputs
  readonly tools: TrainTools
  readonly learner: Learner
  readonly checkpointer: Checkpointer
  readonly notFinite: NotFinite
  /** What an earlier run of the same training left. */
  readonly from: Checkpoint | undefined
  readonly past: Past
}

/** What a training has behind it. It grows. */
export interface Past {
  readonly history: EpochRecord[]
  readonly patience: ReturnType<typeof bestEpoch>
  best: BestWeights | undefined
  /** Milliseconds of training so far, in all runs. */
  spent(): number
}

export function pastOf(plan: Plan, from: Checkpoint | undefined, clock: Clock = systemClock): Past {
  const history = [...(from?.history ?? [])]
  const patience = bestEpoch(plan.patience)
  for (const { epoch, validationLoss } of history) patience.see(epoch, validationLoss)
  const started = clock.now()
  return { history, patience, best: from?.best, spent: () => (from?.spent ?? 0) + clock.now() - started }
}

/** Where a training is, and what it has counted of the running epoch. */
export interface Here {
  readonly place: Place
  readonly sums: EpochSums
  readonly judging: Judging
}

export const noJudging: Judging = { sums: noSums.tally, logits: new Float32Array(0) }

/** Between two steps: keeps a checkpoint where one is due, and ends the training where that was asked for. */
export async function* pause(course: Course, here: () => Here): AsyncGenerator<TrainEvent, void, void> {
  const { checkpointer, tools } = course
  const take = async (): Promise<Checkpoint> => ({
    ...checkpointAt(course, here()),
    ended: false,
    state: await course.learner.state(),
  })
  if (tools.signal?.aborted) {
    if (await checkpointer.keep(take)) yield { kind: 'kept', place: here().place }
  } else {
    await checkpointer.offer(take)
  }
  yield* warnings(course)
  throwIfAborted(tools.signal)
}

/** After the last epoch: the result is kept, so that what comes behind the training may be interrupted too. */
export async function* finish(course: Course, epoch: number): AsyncGenerator<TrainEvent, void, void> {
  const here = { place: { epoch: epoch + 1, step: 0, judged: 0 }, sums: noSums, judging: noJudging }
  await course.checkpointer.keep(async () => ({ ...checkpointAt(course, here), ended: true, state: {} }))
  yield* warnings(course)
}

function checkpointAt({ plan, past }: Course, here: Here): Omit<Checkpoint, 'ended' | 'state'> {
  return { ...here, spent: past.spent(), history: [...past.history], best: past.best, choices: plan.choices }
}

function* warnings({ checkpointer }: Course): Generator<TrainEvent, void, void> {
  for (const text of checkpointer.warnings()) yield { kind: 'warning', text }
}
