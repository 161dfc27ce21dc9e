import type { LossScaling } from '../autodiff/index.ts'
import type { Clip, Clock, Loss, Optimizer, Tensor } from '../core/index.ts'
import type { Engine } from '../engine/index.ts'
import type { Network } from '../models/index.ts'
import type { BestWeights, Checkpoint, Checkpoints, Place } from './checkpoint.ts'
import type { Choices } from './choices.ts'
import type { ClassWeights } from './class-weights.ts'
import type { FeatureCache } from './feature-cache.ts'
import type { Features } from './features.ts'
import type { Precision } from './objective.ts'
import type { Schedule } from './schedule.ts'
import type { Variant } from './variant.ts'
import type { TrainProfile } from './watch-training.ts'

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
  /** Where each film is seen in a few variants only, drawn once, so that what a frozen part makes of them may be computed once. */
  readonly pool?: Pool
  /**
   * SHA-256 of all that decides a film's tensor, or a variant's: whoever keeps what was computed from it asks for this again.
   * Absent: nothing of the films outlives the training.
   */
  digest?(variant: Variant): string
}

export interface Pool {
  /** Of each film. */
  readonly variants: number
  /** Some films in the wanted variants, float32 [wanted, C, S, S]: a new tensor each time. */
  images(wanted: readonly Variant[]): Promise<Tensor>
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
  /**
   * How convolutions are computed: as they are, or, where that was measured to be faster, in Winograd's form, which rounds a little
   * differently. Default: as they are.
   */
  readonly convolutions?: 'measured' | 'direct' | undefined
  /** The forms that an earlier run of this training has chosen. Nothing is measured then. */
  readonly choices?: Choices | undefined
  /** How the loss is scaled in mixed precision. Default: dynamic, from 2¹⁶. */
  readonly lossScaling?: LossScaling | undefined
}

export interface TrainData {
  readonly training: Examples
  readonly validation: Examples
  /** What the frozen part makes of the films, where it is known already (see `frozenFeatures`). */
  readonly features?: { readonly training: Features; readonly validation: Features } | undefined
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
  /** Tells in the end where the time went. Default: no. */
  readonly profile?: boolean | undefined
  /** Keeps what frozen parts make of films for later trainings. Default: it is kept in memory, for this one. */
  readonly featureCache?: FeatureCache | undefined
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
  | {
      readonly kind: 'features'
      /** Variants of films. */
      readonly done: number
      readonly total: number
      /** Those that were there from before, if any. */
      readonly kept?: number
    }
  | { readonly kind: 'warning'; readonly text: string }
  /** How convolutions are computed, where there is a choice. Told before anything is computed. */
  | { readonly kind: 'choices'; readonly choices: Choices }
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
  /** The training goes on from a checkpoint. */
  | ({
      readonly kind: 'resumed'
      /** In each epoch. */
      readonly steps: number
    } & Pick<Checkpoint, 'place' | 'ended' | 'spent'>)
  /** The training was asked to stop, and how far it is was kept. */
  | { readonly kind: 'kept'; readonly place: Place }
  | { readonly kind: 'stopped'; readonly reason: 'epochs' | 'patience' }
  /** Where the time went, where that was asked for: the last event. */
  | { readonly kind: 'profile'; readonly profile: TrainProfile }

export interface Trained {
  /** The network with the weights of its best epoch. */
  readonly network: Network
  readonly history: readonly EpochRecord[]
  /** From 1. */
  readonly bestEpoch: number
  /** The forms in which convolutions were computed while training, where there was a choice. */
  readonly choices?: Choices | undefined
}
