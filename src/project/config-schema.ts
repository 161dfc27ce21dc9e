import { z } from 'zod'
import { isJsonObject } from '../core/index.ts'
import { devices } from '../engine/index.ts'
import { networkNames } from '../models/index.ts'

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
  interpolation: z.enum(['area', 'linear', 'cubic', 'nearest']).optional(),
  channels: z.union([z.literal(1), z.literal(3)]).optional(),
  order: z.enum(['rgb', 'bgr']).optional(),
  range: z.tuple([z.number(), z.number()]).optional(),
  mean: z.array(z.number()).optional(),
  deviation: z.array(z.number()).optional(),
})

const int8 = z.strictObject({
  films: whole.optional(),
  range: z.enum(['mse', 'min-max', 'percentile']).optional(),
  probe: whole.optional(),
  force: z.boolean().optional(),
})

const batchNorm = z.enum(['frozen', 'train']).optional()

/** Of every backbone that may have a frozen part. */
const precision = { precision: z.enum(['float32', 'int8']).optional(), int8: int8.optional() }

const backbone = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('vgg-small'), size: whole.optional(), widths: z.array(whole).min(1).optional() }),
  z.strictObject({
    kind: z.literal('onnx'),
    path: z.string().min(1),
    sha256: z.string().length(64).optional(),
    cut: z.string().optional(),
    features: z.enum(['spatial', 'channels-last', 'tokens']).optional(),
    explain: z.string().optional(),
    contract: contract.optional(),
    trainFrom: z.string().optional(),
    weights: z.string().min(1).optional(),
    weightsSha256: z.string().length(64).optional(),
    batchNorm,
    ...precision,
  }),
  z.strictObject({
    kind: z.literal('pretrained'),
    network: z.enum(networkNames),
    weights: z.string().min(1),
    sha256: z.string().length(64).optional(),
    cut: z.string().optional(),
    contract: contract.optional(),
    trainFrom: z.string().optional(),
    batchNorm,
    ...precision,
  }),
  z.strictObject({
    kind: z.literal('untrained'),
    network: z.enum(networkNames),
    cut: z.string().optional(),
    contract: contract.optional(),
    trainFrom: z.string().optional(),
    batchNorm,
  }),
])

const head = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('linear'), pool: z.enum(['average', 'max', 'class']).optional() }),
  z.strictObject({
    kind: z.literal('dense'),
    units: z.array(whole).optional(),
    dropout: z.array(z.number().min(0).lt(1)).optional(),
  }),
])

const below1 = z.number().min(0).lt(1)
const decay = { weightDecay: z.number().min(0).optional(), decayBiases: z.boolean().optional() }
const adamSettings = {
  beta1: below1.optional(),
  beta2: below1.optional(),
  epsilon: z.number().positive().optional(),
  amsgrad: z.boolean().optional(),
  ...decay,
}

const optimizer = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('sgd'),
    momentum: below1.optional(),
    nesterov: z.boolean().optional(),
    ...decay,
  }),
  z.strictObject({ kind: z.literal('adam'), ...adamSettings }),
  z.strictObject({ kind: z.literal('adamw'), ...adamSettings }),
  z.strictObject({
    kind: z.literal('rmsprop'),
    alpha: below1.optional(),
    epsilon: z.number().positive().optional(),
    momentum: below1.optional(),
    ...decay,
  }),
])

const loss = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('binary-cross-entropy'), smoothing: below1.optional() }),
  z.strictObject({ kind: z.literal('softmax-cross-entropy'), smoothing: below1.optional() }),
  z.strictObject({
    kind: z.literal('focal'),
    gamma: z.number().min(0).optional(),
    alpha: z.number().min(0).max(1).optional(),
    smoothing: below1.optional(),
  }),
])

const positive = z.number().positive()
const factor = z.number().gt(0).max(1)
const rising = { rate: positive, warmUp: z.number().min(0).optional() }
const floor = z.number().min(0).optional()

const rate = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant'), ...rising }),
  z.strictObject({ kind: z.literal('cosine'), ...rising, floor }),
  z.strictObject({ kind: z.literal('linear'), ...rising, floor }),
  z.strictObject({ kind: z.literal('step'), ...rising, every: positive, factor: factor.optional() }),
  z.strictObject({ kind: z.literal('exponential'), ...rising, factor }),
  z.strictObject({
    kind: z.literal('one-cycle'),
    rate: positive,
    rise: z.number().min(0).max(1).optional(),
    startBelow: z.number().min(1).optional(),
    endBelow: z.number().min(1).optional(),
  }),
  z.strictObject({
    kind: z.literal('plateau'),
    ...rising,
    factor: factor.optional(),
    patience: z.int().min(0).optional(),
    floor,
  }),
])

const clip = z.strictObject({ norm: positive })

const augmentation = z.strictObject({
  rotate: z.number().min(0).max(180).optional(),
  shift: z.number().min(0).max(0.5).optional(),
  scale: z.number().min(0).max(0.9).optional(),
  flip: z.boolean().optional(),
  brightness: z.number().min(0).max(1).optional(),
  contrast: z.number().min(0).max(1).optional(),
  pool: whole.optional(),
})

const featureCache = z.strictObject({ gigabytes: z.number().min(0).default(10) })

const split = z
  .strictObject({
    by: z.enum(['patient', 'image']).default('patient'),
    test: share.default(0.2),
    validation: share.default(0.1),
    balance: z.boolean().default(true),
  })
  .refine(({ test, validation }) => test + validation < 1, {
    path: ['validation'],
    error: 'less than 1 was wanted together with "split.test": films are left to train on',
  })

const train = z.strictObject({
  epochs: whole.default(30),
  batch: whole.default(64),
  patience: whole.default(10),
  loss: loss
    .refine(({ kind }) => kind !== 'softmax-cross-entropy', {
      error:
        'softmax tells two or more classes apart of which a film has exactly one, and the configuration names one target; wanted "binary-cross-entropy" or "focal"',
    })
    .default({ kind: 'binary-cross-entropy' }),
  optimizer: optimizer
    .refine(chosen => chosen.kind !== 'sgd' || !chosen.nesterov || (chosen.momentum ?? 0) > 0, {
      path: ['momentum'],
      error: 'wanted more than 0 together with "nesterov", which looks ahead along the momentum',
    })
    .default({ kind: 'adam' }),
  rate: rate.default({ kind: 'constant', rate: 0.001 }),
  clip: clip.optional(),
  precision: z.enum(['float32', 'mixed']).default('float32'),
  convolutions: z.enum(['measured', 'direct']).default('measured'),
  classWeights: z.boolean().default(false),
  augmentation: augmentation
    .refine(({ pool, ...changes }) => pool === undefined || Object.values(changes).some(Boolean), {
      path: ['pool'],
      error: 'wanted together with changes to draw, such as "rotate"',
    })
    .optional(),
  featureCache: featureCache.prefault({}),
})

const serve = z.strictObject({
  host: z.string().default('127.0.0.1'),
  port: z.int().min(0).max(65535).default(8080),
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
  split: split.prefault({}),
  backbone: backbone.default({ kind: 'vgg-small' }),
  head: head.default({ kind: 'linear' }),
  train: train.prefault({}),
  maxBad: z.number().min(0).max(1).default(0.005),
  store: z.string().min(1).default('.chestnut'),
  output: z.string().min(1).default('out'),
  device: z.enum(devices).default('cpu'),
  threads: whole.optional(),
  serve: serve.prefault({}),
})

/** Compares an input with what `chestnut.config.ts` may say, and fills in the defaults. */
export function checkConfig(input: unknown): z.ZodSafeParseResult<unknown> {
  return schema.safeParse(input)
}

interface Shaped {
  readonly shape: Readonly<Record<string, z.core.$ZodType>>
}

const objects: Readonly<Record<string, Shaped>> = {
  '': schema,
  'backbone.contract': contract,
  'backbone.int8': int8,
  split,
  train,
  'train.clip': clip,
  'train.augmentation': augmentation,
  'train.featureCache': featureCache,
  serve,
}

/** Objects whose keys depend on their `kind`. */
const kinds: Readonly<Record<string, readonly Shaped[]>> = {
  data: data.options,
  backbone: backbone.options,
  head: head.options,
  'train.loss': loss.options,
  'train.optimizer': optimizer.options,
  'train.rate': rate.options,
}

/** The keys that a configuration may have at a place such as `train.rate`, where `value` stands. */
export function keysAt(place: string, value: unknown): readonly string[] {
  const shaped = objects[place] ?? kinds[place]?.find(({ shape }) => isKind(shape['kind'], value))
  return shaped === undefined ? [] : Object.keys(shaped.shape)
}

function isKind(kind: z.core.$ZodType | undefined, value: unknown): boolean {
  return kind !== undefined && isJsonObject(value) && z.safeParse(kind, value['kind']).success
}
