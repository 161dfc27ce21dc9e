import { z } from 'zod'
import { Misuse, nearest, type Optimizer } from '../core/index.ts'
import type { DataSpec } from '../dataset/index.ts'
import type { BackboneSpec, HeadSpec } from '../models/index.ts'
import type { Augmentation, Schedule } from '../train/index.ts'

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
  /** Default Adam. */
  readonly optimizer: Optimizer
  /** Learning rate over the steps. Default constant 0.001. */
  readonly rate: Schedule
  /** Weighs positives and negatives to the same total. Default false, since the training part is balanced. */
  readonly classWeights: boolean
  /** Default none: it was measured to hurt a frozen backbone. */
  readonly augmentation?: Augmentation | undefined
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

const share = z.number().gt(0).lt(1)
const whole = z.int().min(1)

const data = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('phantoms'),
    patients: whole.optional(),
    size: z.int().min(64).max(1024).optional(),
    seed: z.int().min(0).optional(),
    prevalence: share.optional(),
    shortcut: z.enum(['none', 'marker', 'view', 'scanner']).optional(),
  }),
  z.strictObject({
    kind: z.literal('nih'),
    images: z.string().min(1),
    table: z.string().min(1).optional(),
    sha256: z.string().length(64).optional(),
  }),
  z.strictObject({ kind: z.literal('folders'), path: z.string().min(1), patient: z.string().optional() }),
])

const contract = z.strictObject({
  size: whole.optional(),
  fit: z.enum(['stretch', 'pad', 'crop']).optional(),
  interpolation: z.string().optional(),
  channels: z.union([z.literal(1), z.literal(3)]).optional(),
  order: z.enum(['rgb', 'bgr']).optional(),
  range: z.tuple([z.number(), z.number()]).optional(),
  mean: z.array(z.number()).optional(),
  deviation: z.array(z.number()).optional(),
})

const backbone = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('vgg-small'), size: whole.optional(), widths: z.array(whole).min(1).optional() }),
  z.strictObject({
    kind: z.literal('onnx'),
    path: z.string().min(1),
    sha256: z.string().length(64).optional(),
    cut: z.string().optional(),
    contract: contract.optional(),
    trainFrom: z.string().optional(),
  }),
])

const head = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('linear'), pool: z.enum(['average', 'max']).optional() }),
  z.strictObject({
    kind: z.literal('dense'),
    units: z.array(whole).optional(),
    dropout: z.array(z.number().min(0).lt(1)).optional(),
  }),
])

const optimizer = z.strictObject({
  kind: z.enum(['sgd', 'adam', 'adamw']),
  momentum: z.number().min(0).lt(1).optional(),
  beta1: z.number().min(0).lt(1).optional(),
  beta2: z.number().min(0).lt(1).optional(),
  epsilon: z.number().positive().optional(),
  weightDecay: z.number().min(0).optional(),
})

const rate = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant'), rate: z.number().positive() }),
  z.strictObject({
    kind: z.literal('cosine'),
    rate: z.number().positive(),
    warmUp: z.number().min(0).optional(),
    floor: z.number().min(0).optional(),
  }),
])

const augmentation = z.strictObject({
  rotate: z.number().min(0).max(180).optional(),
  shift: z.number().min(0).max(0.5).optional(),
  scale: z.number().min(0).max(0.9).optional(),
  flip: z.boolean().optional(),
  brightness: z.number().min(0).max(1).optional(),
  contrast: z.number().min(0).max(1).optional(),
})

const schema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'wanted small letters, digits and hyphens')
    .optional(),
  seed: z.int().min(0).default(42),
  data: data.default({ kind: 'phantoms' }),
  target: z.string().min(1).default('Pneumonia'),
  negatives: z.enum(['rest', 'No Finding']).default('rest'),
  split: z
    .strictObject({
      by: z.enum(['patient', 'image']).default('patient'),
      test: share.default(0.2),
      validation: share.default(0.1),
      balance: z.boolean().default(true),
    })
    .prefault({}),
  backbone: backbone.default({ kind: 'vgg-small' }),
  head: head.default({ kind: 'linear' }),
  train: z
    .strictObject({
      epochs: whole.default(30),
      batch: whole.default(64),
      patience: whole.default(10),
      optimizer: optimizer.default({ kind: 'adam' }),
      rate: rate.default({ kind: 'constant', rate: 0.001 }),
      classWeights: z.boolean().default(false),
      augmentation: augmentation.optional(),
    })
    .prefault({}),
  maxBad: z.number().min(0).max(1).default(0.005),
  store: z.string().min(1).default('.chestnut'),
  output: z.string().min(1).default('out'),
  threads: whole.optional(),
  serve: z
    .strictObject({ host: z.string().default('127.0.0.1'), port: z.int().min(0).max(65535).default(8080) })
    .prefault({}),
})

/** Fills in the defaults; refuses unknown keys with the nearest match and wrong values with what was wanted. */
export function parseConfig(input: unknown, subject = 'chestnut.config.ts'): Config {
  const parsed = schema.safeParse(input ?? {}, { reportInput: true })
  if (!parsed.success) throw new Misuse(explain(parsed.error, subject), { next: `edit "${subject}"` })
  const { name, ...rest } = parsed.data
  return { ...rest, name: name ?? nameOf(rest.target) } as Config
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

function explain(error: z.ZodError, subject: string): string {
  const issue = error.issues[0]
  if (!issue) return `Cannot read the configuration "${subject}"`
  const place = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? ''
    const known = knownKeys(issue.path)
    const near = nearest(key, known)
    const wanted = near ? `did you mean "${near}"?` : `known keys are ${known.map(name => `"${name}"`).join(', ')}`
    return `Cannot use the configuration "${subject}": the key "${place === '' ? key : `${place}.${key}`}" is unknown, ${wanted}`
  }
  const found = issue.input === undefined ? '' : `, it is ${JSON.stringify(issue.input)}`
  return `Cannot use the configuration "${subject}": ${place === '' ? 'it' : `"${place}"`} is not right${found}: ${lowerFirst(issue.message)}`
}

const keysOf: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(schema.shape),
  data: [...new Set(data.options.flatMap(option => Object.keys(option.shape)))],
  backbone: [...new Set(backbone.options.flatMap(option => Object.keys(option.shape)))],
  'backbone.contract': Object.keys(contract.shape),
  head: [...new Set(head.options.flatMap(option => Object.keys(option.shape)))],
  split: ['by', 'test', 'validation', 'balance'],
  train: ['epochs', 'batch', 'patience', 'optimizer', 'rate', 'classWeights', 'augmentation'],
  'train.optimizer': Object.keys(optimizer.shape),
  'train.rate': [...new Set(rate.options.flatMap(option => Object.keys(option.shape)))],
  'train.augmentation': Object.keys(augmentation.shape),
  serve: ['host', 'port'],
}

function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  return keysOf[path.join('.')] ?? []
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
