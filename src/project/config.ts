import { type Clip, type Loss, Misuse, type Optimizer } from '../core/index.ts'
import type { DataSpec } from '../dataset/index.ts'
import type { Device } from '../engine/index.ts'
import type { ChosenPolicy, Quality } from '../evaluate/index.ts'
import type { Caps } from '../machines/index.ts'
import type { BackboneSpec, HeadSpec } from '../models/index.ts'
import type { S3Place } from '../store/index.ts'
import type { Augmentation, Precision, Schedule } from '../train/index.ts'
import { explainConfig } from './config-problem.ts'
import { checkConfig } from './config-schema.ts'
import type { MachineSpec } from './machine-spec.ts'

/** How films are parted. Parts of one patient are never in two splits unless `by` is `image`. */
export interface SplitConfig {
  /** `patient` keeps all films of a patient in one part; `image` reproduces the guide's leaking split. Default `patient`. */
  readonly by: 'patient' | 'image'
  /** Share of the films for the test part. Default 0.2. */
  readonly test: number
  /** Share of the films that chooses epoch, threshold and calibration. Default 0.1. */
  readonly validation: number
  /** Cuts the training part to as many negatives as positives. Default true for one target, as in the guide; refused for several. */
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
  /** Weighs positives and negatives of each target to the same total. Default false: of one target the training part is balanced. */
  readonly classWeights: boolean
  /** Default none: it was measured to hurt a frozen backbone. */
  readonly augmentation?: Augmentation | undefined
  /** What the frozen part makes of films is kept for later epochs and trainings, on so much disk. 0: in memory only. Default 10. */
  readonly featureCache: { readonly gigabytes: number }
}

/** Names as the data spell them, in the order of the model's outputs. */
export type Targets = readonly string[] | 'all'

/** How a logit becomes a probability (docs/calibration.md). */
export interface CalibrationConfig {
  /** A line in logits, a curve that only rises, or whichever the number of films allows. Default `auto`. */
  readonly map: 'temperature' | 'isotonic' | 'auto'
  /** The share of films with the finding where the model will be used, or one for each finding. Default: that of the validation films. */
  readonly prevalence?: number | Readonly<Record<string, number>> | undefined
  /** The confidence level of a probability's interval. Default 0.9. */
  readonly interval: number
}

/** A whole project, with every default filled in. */
export interface Config {
  /** The model's name in the registry. Default: the target in lower case; `findings` where there are several. */
  readonly name: string
  /** Decides every random draw: splits, weights, order, augmentation, bootstrap. Default 42. */
  readonly seed: number
  /** Where the films come from. Default phantoms. */
  readonly data: DataSpec
  /** The findings to detect, never none; `all` are those that the data name. Default `Pneumonia` alone. */
  readonly targets: Targets
  /**
   * What training makes of labels that are uncertain: it leaves them out, or takes them for absent or present. Validation and
   * testing leave them out in any case. Default `ignore`.
   */
  readonly uncertain: 'ignore' | 'zero' | 'one'
  /** What one target is told apart from: every other film (`rest`), or films without any finding. Default `rest`. */
  readonly negatives: 'rest' | 'No Finding'
  readonly split: SplitConfig
  /** Default a small VGG-style network that is trained from scratch. */
  readonly backbone: BackboneSpec
  /** Default pooling and one linear layer. */
  readonly head: HeadSpec
  readonly train: TrainConfig
  readonly calibration: CalibrationConfig
  /**
   * How validation films choose from which probability on a film is called positive: Youden's point (default), at least a
   * sensitivity or specificity, or where mistakes cost least when a missed finding costs as much as `missCosts` false alarms.
   */
  readonly threshold: ChosenPolicy
  /** The share of unreadable films that is set aside before a run stops. Default 0.005. */
  readonly maxBad: number
  /**
   * Where cache, runs and registry are kept: a folder, from the config's folder, or a bucket (docs/store.md). Default `.chestnut`,
   * which is also the folder of what stays on this machine where the store is a bucket.
   */
  readonly store: StoreSpec
  /** Folder where results are laid out for people, from the config's folder. Default `out`. */
  readonly output: string
  /** What trains and answers: the processor, or a graphics processor (docs/devices.md). Default `cpu`. */
  readonly device: Device
  /** Threads of the engine. Default: as many as there are processors. */
  readonly threads?: number | undefined
  readonly serve: { readonly host: string; readonly port: number }
  /**
   * What of the films may leave this computer for another machine: nothing, what the frozen part makes of them, or their pixels.
   * Default `deny`; drawn films may always.
   */
  readonly egress: 'deny' | 'features' | 'pixels'
  /** Default: none but this computer, and no caps. */
  readonly machines: MachinesConfig
  /** What a change must keep for `chestnut report` to say yes (docs/verdict.md). Default: no leaks, and no machine left. */
  readonly quality: Quality
  /** A server that is told of trainings, beside the project's own records (docs/tracking.md). Default: none. */
  readonly tracking?: TrackingSpec | undefined
}

/** An MLflow server. */
export interface TrackingSpec {
  readonly kind: 'mlflow'
  /** Its address, without a password: that stands in the environment. */
  readonly uri: string
  /** Default: the model's name. */
  readonly experiment?: string | undefined
}

export interface MachinesConfig {
  /** Euros without VAT, for one run and for all that begin in a month (UTC). Default: none. */
  readonly caps: Caps
  /** Whether a GPU is rented only while the sweeper comes by. Default true. */
  readonly guard: boolean
  /** Of a registry, by digest: rented machines take Chestnut and its Node out of it. Default: they are packed here. */
  readonly image?: string | undefined
  /** By the project's own names: `gpu` is what `--on gpu` means. */
  readonly named: Readonly<Record<string, MachineSpec>>
}

/** What a person writes: names beside `caps`, `guard` and `image`. */
export interface MachinesInput {
  readonly caps?: Caps | undefined
  readonly guard?: boolean | undefined
  readonly image?: string | undefined
  readonly [name: string]: MachineSpec | Caps | boolean | string | undefined
}

/** A folder, or a bucket of S3 or of what speaks like it. */
export type StoreSpec = string | ({ readonly kind: 's3' } & S3Place)

type Loose<T> = { readonly [Key in keyof T]?: T[Key] | undefined }

/** What a person writes: every key may be left out. */
export interface ConfigInput
  extends Loose<Omit<Config, 'targets' | 'split' | 'train' | 'calibration' | 'serve' | 'machines' | 'quality'>> {
  /** Machines by the project's own names, and what they may cost: `{ gpu: local(), caps: { run: 5, month: 50 } }`. */
  readonly machines?: MachinesInput | undefined
  /** The finding to detect, where it is one. Default `Pneumonia`. */
  readonly target?: string | undefined
  /** The findings to detect, in the place of `target`; `all` are those that the data name. */
  readonly targets?: Targets | undefined
  readonly split?: Loose<SplitConfig> | undefined
  readonly train?: Loose<TrainConfig> | undefined
  readonly calibration?: Loose<CalibrationConfig> | undefined
  readonly serve?: Loose<Config['serve']> | undefined
  readonly quality?: Loose<Quality> | undefined
}

/** Fills in the defaults; refuses unknown keys with the nearest match and wrong values with what was wanted. */
export function parseConfig(input: unknown, subject = 'chestnut.config.ts'): Config {
  const checked = checkConfig(input)
  if (!checked.success) throw new Misuse(explainConfig(checked.error, input, subject), { next: `edit "${subject}"` })
  const { target = 'Pneumonia', targets = [target], split, machines, ...config } = checked.data as Checked
  const { caps, guard, image, ...named } = machines
  const isOne = targets !== 'all' && targets.length === 1
  return {
    ...config,
    targets,
    split: { ...split, balance: split.balance ?? isOne },
    machines: { caps, guard, ...(image === undefined ? {} : { image }), named },
    name: config.name ?? (isOne ? nameOf(targets[0]!) : 'findings'),
  }
}

/** What the schema leaves open, since it depends on other keys. */
interface Checked extends Omit<Config, 'name' | 'targets' | 'split' | 'machines'> {
  readonly name?: string
  readonly target?: string
  readonly targets?: Targets
  readonly split: Omit<SplitConfig, 'balance'> & { readonly balance?: boolean }
  readonly machines: Pick<MachinesConfig, 'caps' | 'guard' | 'image'> & Readonly<Record<string, MachineSpec>>
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
