import { type Clip, type Loss, Misuse, type Optimizer } from '../core/index.ts'
import type { DataSpec } from '../dataset/index.ts'
import type { Device } from '../engine/index.ts'
import type { BackboneSpec, HeadSpec } from '../models/index.ts'
import type { Augmentation, Precision, Schedule } from '../train/index.ts'
import { explainConfig } from './config-problem.ts'
import { checkConfig } from './config-schema.ts'

/** How films are parted. Parts of one patient are never in two splits unless `by` is `image`. */
export interface SplitConfig {
  /** `patient` keeps all films of a patient in one part; `image` reproduces the guide's leaking split. Default `patient`. */
  readonly by: 'patient' | 'image'
  /** Share of the films for the test part. Default 0.2. */
  readonly test: number
  /** Share of the films that chooses epoch, threshold and calibration. Default 0.1. */
  readonly validation: number
  /** Cuts the training part to as many negatives as positives. Default true, as in the guide. */
  readonly balance: boolean
}

export interface TrainConfig {
  /** Default 30. */
  readonly epochs: number
  /** Films a step. Default 64. */
  readonly batch: number
  /** Epochs without a better validation loss before training stops. Default 10. */
  readonly patience: number
  /** What is made small. Default binary cross-entropy. */
  readonly loss: Loss
  /** Default Adam. */
  readonly optimizer: Optimizer
  /** Learning rate over the steps. Default constant 0.001. */
  readonly rate: Schedule
  /** Scales the gradients of a step down together where their norm is above a bound. Default: never. */
  readonly clip?: Clip | undefined
  /**
   * What a step computes convolutions and matrix products in; `mixed` is float16, for graphics processors that have it. Default
   * `float32`.
   */
  readonly precision: Precision
  /**
   * `measured`: in trainings that are long enough to gain by it, large 3×3 convolutions are measured in two forms on the processor,
   * and the faster one is taken (docs/training.md). `direct`: none is. Default `measured`.
   */
  readonly convolutions: 'measured' | 'direct'
  /** Weighs positives and negatives to the same total. Default false, since the training part is balanced. */
  readonly classWeights: boolean
  /** Default none: it was measured to hurt a frozen backbone. */
  readonly augmentation?: Augmentation | undefined
  /** What the frozen part makes of films is kept for later epochs and trainings, on so much disk. 0: in memory only. Default 10. */
  readonly featureCache: { readonly gigabytes: number }
}

/** A whole project, with every default filled in. */
export interface Config {
  /** The model's name in the registry. Default: the target in lower case. */
  readonly name: string
  /** Decides every random draw: splits, weights, order, augmentation, bootstrap. Default 42. */
  readonly seed: number
  /** Where the films come from. Default phantoms. */
  readonly data: DataSpec
  /** The finding to detect. Default `Pneumonia`. */
  readonly target: string
  /** What the target is told apart from: every other film (`rest`), or films without any finding. Default `rest`. */
  readonly negatives: 'rest' | 'No Finding'
  readonly split: SplitConfig
  /** Default a small VGG-style network that is trained from scratch. */
  readonly backbone: BackboneSpec
  /** Default pooling and one linear layer. */
  readonly head: HeadSpec
  readonly train: TrainConfig
  /** The share of unreadable films that is set aside before a run stops. Default 0.005. */
  readonly maxBad: number
  /** Folder of cache, runs and registry, from the config's folder. Default `.chestnut`. */
  readonly store: string
  /** Folder where results are laid out for people, from the config's folder. Default `out`. */
  readonly output: string
  /** What trains and answers: the processor, or a graphics processor (docs/devices.md). Default `cpu`. */
  readonly device: Device
  /** Threads of the engine. Default: as many as there are processors. */
  readonly threads?: number | undefined
  readonly serve: { readonly host: string; readonly port: number }
}

type Loose<T> = { readonly [Key in keyof T]?: T[Key] | undefined }

/** What a person writes: every key may be left out. */
export interface ConfigInput extends Loose<Omit<Config, 'split' | 'train' | 'serve'>> {
  readonly split?: Loose<SplitConfig> | undefined
  readonly train?: Loose<TrainConfig> | undefined
  readonly serve?: Loose<Config['serve']> | undefined
}

/** Fills in the defaults; refuses unknown keys with the nearest match and wrong values with what was wanted. */
export function parseConfig(input: unknown, subject = 'chestnut.config.ts'): Config {
  const checked = checkConfig(input)
  if (!checked.success) throw new Misuse(explainConfig(checked.error, input, subject), { next: `edit "${subject}"` })
  const config = checked.data as Omit<Config, 'name'> & { readonly name?: string }
  return { ...config, name: config.name ?? nameOf(config.target) }
}

function nameOf(target: string): string {
  return (
    target
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 63) || 'model'
  )
}
