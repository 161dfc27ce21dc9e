import type { LossScaling } from '../autodiff/index.ts'
import type { Clip, Clock, Loss, Optimizer, Tensor } from '../core/index.ts'
import type { Engine } from '../engine/index.ts'
import type { Network } from '../models/index.ts'
import type { BestWeights, Checkpoint, Checkpoints, Place } from './checkpoint.ts'
import type { ClassWeights } from './class-weights.ts'
import type { Precision } from './objective.ts'
import type { Rows } from './rows.ts'
import type { Schedule } from './schedule.ts'

/** Labelled films, in a fixed order: what is learnt from, or judged on. */
export interface Examples {
  readonly count: number
  /** count × classes: 1 or 0. */
  readonly labels: Float32Array
  /** count × classes: 1 where there is a label, 0 where there is none. */
  readonly mask: Float32Array
  /** The row of each in its table, for sentences about them. Default: they are numbered as they come. */
  readonly rows?: readonly number[] | undefined
  /** The same film gives the same tensor in every epoch, so what a frozen part makes of it may be computed once. */
  readonly fixed: boolean
  /**
   * The films as the network takes them, float32 [indices, C, S, S], after augmentation if there is any. The tensor must be a
   * new one each time: it is given away.
   *
   * @param draw the epoch, from 1, for which augmentation is drawn
   */
  images(indices: readonly number[], draw: { readonly epoch: number }): Promise<Tensor>
  /**
   * The films before augmentation, and what it does to each (see `changeRows`), for trainings that carry it out in the graph.
   * Absent where there is none.
   */
  withChanges?(
    indices: readonly number[],
    draw: { readonly epoch: number },
  ): Promise<{ readonly images: Tensor; readonly changes: Tensor }>
}

/** Everything that decides what a training gives, besides its data. */
export interface Plan {
  readonly network: Network
  /** What is made small. Default: binary cross-entropy. */
  readonly loss?: Loss | undefined
  readonly optimizer: Optimizer
  readonly rate: Schedule
  /** Scales the gradients of a step down together. Default: they are taken as they are. */
  readonly clip?: Clip | undefined
  /** At most so many times through the training part. */
  readonly epochs: number
  /** Films in a step; the last step of an epoch takes what is left. */
  readonly batch: number
  /** Decides order and dropout. */
  readonly seed: number
  /** Epochs without a lower validation loss before training stops. */
  readonly patience: number
  /** How much positives, or films of a class, weigh in the loss. Default: all alike. */
  readonly classWeights?: ClassWeights | undefined
  /**
   * Where films are changed: by a `loop` on the processor, film after film, or in the `graph`, so that a device does it with what
   * is there already. Both mean the same (see `Change`). Default: the loop.
   */
  readonly augmentIn?: 'loop' | 'graph' | undefined
  /**
   * What a step computes convolutions and matrix products in: `mixed` is float16, for devices that have it, with weights, losses and
   * sums in float32. What is frozen, and what judges, is float32 in both. Default `float32`.
   */
  readonly precision?: Precision | undefined
  /** How the loss is scaled in mixed precision. Default: dynamic, from 2¹⁶. */
  readonly lossScaling?: LossScaling | undefined
  /** What was chosen by measurement in an earlier part of this training, which is to be taken again. Default: it is measured. */
  readonly choices?: Choices | undefined
}

/** Kernels and the like that were chosen by measurement: what for → which. */
export type Choices = Readonly<Record<string, string>>

export interface TrainData {
  readonly training: Examples
  readonly validation: Examples
  /** What the frozen part makes of the films, where it is known already (see `frozenFeatures`). */
  readonly features?: { readonly training: Rows; readonly validation: Rows } | undefined
}

export interface TrainTools {
  readonly engine: Engine
  /** Default: the engine's. */
  readonly threads?: number | undefined
  /** Stops the training after the step that has begun, and a checkpoint. */
  readonly signal?: AbortSignal | undefined
  /** Where the training begins, if it was begun before, and keeps how far it is. Default: nowhere. */
  readonly checkpoints?: Checkpoints | undefined
  /** Default: the system's. */
  readonly clock?: Clock | undefined
}

/**
 * One epoch in numbers. Accuracies are shares of labels on the right side of probability ½; after a softmax cross-entropy, of
 * films whose likeliest class is theirs.
 */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number
  /** Mean over the epoch's steps, while the weights were changing and with dropout. */
  readonly trainLoss: number
  readonly trainAccuracy: number
  /** The learning rate of the last step. */
  readonly rate: number
  /** Mean over the epoch's steps, but for those that were skipped, of the Euclidean norm of all gradients, before clipping. */
  readonly gradientNorm: number
  /** The largest of them. Absent in histories of earlier versions. */
  readonly largestGradientNorm?: number
  /** Steps without an update, because a gradient overflowed. In mixed precision only. */
  readonly skippedSteps?: number
  /** What the loss is multiplied by, after the epoch. In mixed precision only. */
  readonly lossScale?: number
  /** On the whole validation part, after the epoch, without dropout. */
  readonly validationLoss: number
  readonly validationAccuracy: number
  /** Mean over the classes that have both sides; null when none has. */
  readonly validationAuroc: number | null
  /** The lowest validation loss so far. */
  readonly best: boolean
}

export type TrainEvent =
  /** What the frozen part makes of the films is being computed. */
  | { readonly kind: 'features'; readonly done: number; readonly total: number }
  | {
      readonly kind: 'step'
      readonly epoch: number
      /** From 1, in this epoch. */
      readonly step: number
      readonly steps: number
      readonly loss: number
      readonly rate: number
      /** The Euclidean norm of all gradients, before clipping. */
      readonly gradientNorm: number
      /** There was no update, because a gradient overflowed in mixed precision; their norm is no finite number then. */
      readonly skipped?: true
      readonly milliseconds: number
    }
  | ({ readonly kind: 'epoch' } & EpochRecord)
  /** The weights of the best epoch so far. They are still read: whoever keeps them must not write into them. */
  | ({ readonly kind: 'best' } & BestWeights)
  /** What was chosen by measurement, before the first step. */
  | { readonly kind: 'choices'; readonly choices: Choices }
  /** The training goes on from a checkpoint. */
  | ({
      readonly kind: 'resumed'
      /** In each epoch. */
      readonly steps: number
    } & Pick<Checkpoint, 'place' | 'ended' | 'spent'>)
  /** The training was asked to stop, and how far it is was kept. */
  | { readonly kind: 'kept'; readonly place: Place }
  /** Something that a person should know, and that does not stop the training. */
  | { readonly kind: 'warning'; readonly text: string }
  | { readonly kind: 'stopped'; readonly reason: 'epochs' | 'patience' }

export interface Trained {
  /** The network with the weights of its best epoch. */
  readonly network: Network
  readonly history: readonly EpochRecord[]
  /** From 1. */
  readonly bestEpoch: number
}
