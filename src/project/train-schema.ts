import { z } from 'zod'
import { changesNothing } from '../train/index.ts'

const whole = z.int().min(1)
const below1 = z.number().min(0).lt(1)
const decay = { weightDecay: z.number().min(0).optional(), decayBiases: z.boolean().optional() }
const adamSettings = {
  beta1: below1.optional(),
  beta2: below1.optional(),
  epsilon: z.number().positive().optional(),
  epsilonFirst: z.boolean().optional(),
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

const kerasAugmentation = z.strictObject({
  version: z.enum(['keras-1.1.2', 'keras-2.9']).optional(),
  rotation: z.number().min(0).max(180).optional(),
  widthShift: z.number().min(0).max(1).optional(),
  heightShift: z.number().min(0).max(1).optional(),
  shear: z.number().min(0).max(89).optional(),
  zoom: z.number().min(0).max(0.9).optional(),
  horizontalFlip: z.boolean().optional(),
  verticalFlip: z.boolean().optional(),
})

const augmentation = z.strictObject({
  rotate: z.number().min(0).max(180).optional(),
  shift: z.number().min(0).max(0.5).optional(),
  scale: z.number().min(0).max(0.9).optional(),
  flip: z.boolean().optional(),
  brightness: z.number().min(0).max(1).optional(),
  contrast: z.number().min(0).max(1).optional(),
  keras: kerasAugmentation.optional(),
  pool: whole.optional(),
})

const featureCache = z.strictObject({ gigabytes: z.number().min(0).default(10) })

/** How a model is trained: `train` of a configuration. */
export const train: z.ZodObject = z.strictObject({
  epochs: whole.default(30),
  batch: whole.default(64),
  patience: whole.default(10),
  loss: loss
    .refine(({ kind }) => kind !== 'softmax-cross-entropy', {
      error:
        'softmax tells classes apart of which a film has exactly one, and findings are not exclusive: a film may show several, or none; wanted "binary-cross-entropy" or "focal"',
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
    .refine(({ keras, pool: _pool, ...ours }) => keras === undefined || changesNothing(ours), {
      path: ['keras'],
      error: 'it stands in place of every other change; wanted alone, or with "pool"',
    })
    .refine(({ pool, ...changes }) => pool === undefined || Object.values(changes).some(Boolean), {
      path: ['pool'],
      error: 'wanted together with changes to draw, such as "rotate"',
    })
    .optional(),
  featureCache: featureCache.prefault({}),
})

/** The objects in it, by their place in a configuration. */
export const trainObjects: Readonly<Record<string, z.ZodObject>> = {
  train,
  'train.clip': clip,
  'train.augmentation': augmentation,
  'train.augmentation.keras': kerasAugmentation,
  'train.featureCache': featureCache,
}

/** Objects whose keys depend on their `kind`, by place. */
export const trainKinds: Readonly<Record<string, readonly z.ZodObject[]>> = {
  'train.loss': loss.options,
  'train.optimizer': optimizer.options,
  'train.rate': rate.options,
}
