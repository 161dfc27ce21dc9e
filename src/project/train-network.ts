import { duration, Misuse, type Progress } from '../core/index.ts'
import type { Network } from '../models/index.ts'
import {
  type Checkpoints,
  type Plan,
  type TrainData,
  type TrainEvent,
  type Trained,
  toEnd,
  train,
  winogradIn,
} from '../train/index.ts'
import type { Config } from './config.ts'
import type { Workspace } from './workspace.ts'

/** The plan that the configuration describes. */
export function planOf(config: Config, network: Network, seed: number): Plan {
  const { epochs, batch, patience, loss, optimizer, rate, clip, precision, convolutions, classWeights } = config.train
  return {
    network,
    loss,
    optimizer,
    rate,
    clip,
    precision,
    // Graphics processors have forms of their own.
    convolutions: config.device === 'cpu' ? convolutions : 'direct',
    epochs,
    batch,
    seed,
    patience,
    ...(classWeights ? { classWeights: 'balanced' as const } : {}),
  }
}

/** @throws {Misuse} when the processor is to train in mixed precision: it has no float16, and would convert to and fro */
export function refuseMixedOnCpu({ device, train }: Config): void {
  if (train.precision === 'float32' || device !== 'cpu') return
  throw new Misuse(
    'Cannot train in mixed precision on "cpu": it computes float16 by way of float32, which is slower than float32 itself, a graphics processor is wanted',
    { next: "train: { precision: 'float32' }, or the same command with --device webgpu" },
  )
}

export interface TrainNetworkOptions {
  /** Left out: silence. */
  readonly progress?: Progress
  /** Left out: an interrupted training is lost. */
  readonly checkpoints?: Checkpoints
}

/** Trains to the end and tells of it. */
export async function trainNetwork(
  workspace: Workspace,
  plan: Plan,
  data: TrainData,
  { progress, checkpoints }: TrainNetworkOptions = {},
): Promise<Trained> {
  const { engine, signal, clock, config, featureCache } = workspace
  const profile = workspace.onProfile !== undefined
  const { threads } = config
  const events = train(plan, data, { engine, signal, clock, threads, featureCache, profile, checkpoints })
  return toEnd(events, event => {
    if (event.kind === 'profile') workspace.onProfile?.(event.profile)
    if (progress) tell(event, plan, progress)
  })
}

/** Tells how far the features are. Other events are left to others. */
export function tellFeatures(event: TrainEvent, progress: Progress): void {
  if (event.kind === 'warning') progress(event)
  if (event.kind !== 'features') return
  const { done, total, kept = 0 } = event
  if (done === kept && kept > 0) {
    const all = kept === total ? 'all ' : `${kept} of `
    progress({ kind: 'note', text: `frozen features: ${all}${total} films kept from before` })
  }
  progress({ kind: 'progress', task: 'Frozen features', done, total, unit: 'films' })
}

function tell(event: TrainEvent, plan: Plan, progress: Progress): void {
  tellFeatures(event, progress)
  if (event.kind === 'choices') {
    const [all, winograd] = [Object.keys(event.choices), winogradIn(event.choices)].map(({ length }) => length)
    progress({ kind: 'note', text: `convolutions: ${winograd} of ${all} large ones are faster in Winograd's form` })
  }
  if (event.kind === 'step') {
    progress({
      kind: 'progress',
      task: 'Training',
      done: (event.epoch - 1) * event.steps + event.step,
      total: plan.epochs * event.steps,
      unit: 'steps',
      detail: `epoch ${event.epoch}, loss ${event.loss.toFixed(4)}`,
    })
  } else if (event.kind === 'epoch') {
    progress({ kind: 'note', text: epochLine(event) })
  } else if (event.kind === 'resumed') {
    progress({ kind: 'note', text: resumedLine(event) })
  } else if (event.kind === 'kept') {
    const { epoch, step } = event.place
    progress({ kind: 'note', text: `kept epoch ${epoch}, step ${step}: the same command goes on from there` })
  } else if (event.kind === 'stopped' && event.reason === 'patience') {
    progress({ kind: 'note', text: `stopped early: ${plan.patience} epochs without a better validation loss` })
  }
}

function resumedLine({ place, steps, ended, spent }: Extract<TrainEvent, { readonly kind: 'resumed' }>): string {
  const { epoch, step } = place
  const where = step === steps ? `the validation of epoch ${epoch}` : `epoch ${epoch}, step ${step + 1}`
  return `resuming at ${ended ? 'the end' : where} (${duration(spent)} of work kept)`
}

function epochLine(event: Extract<TrainEvent, { readonly kind: 'epoch' }>): string {
  const { epoch, trainLoss, validationLoss, validationAccuracy, validationAuroc, best, skippedSteps = 0 } = event
  const auroc = validationAuroc === null ? '' : `  AUROC ${validationAuroc.toFixed(3)}`
  const skips = skippedSteps === 0 ? '' : `  skipped steps ${skippedSteps}`
  return `epoch ${String(epoch).padStart(3)}  loss ${trainLoss.toFixed(4)}  validation ${validationLoss.toFixed(4)}  accuracy ${validationAccuracy.toFixed(3)}${auroc}${skips}${best ? '  best' : ''}`
}
