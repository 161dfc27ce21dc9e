import { z } from 'zod'
import { isJsonObject } from '../core/index.ts'
import { devices } from '../engine/index.ts'
import { networkNames } from '../models/index.ts'
import { caps, machine, machines } from './machine-schema.ts'
import { quality, qualityObjects } from './quality-schema.ts'
import { store } from './store-schema.ts'
import { train, trainKinds, trainObjects } from './train-schema.ts'

const share = z.number().gt(0).lt(1)
const whole = z.int().min(1)
const proportion = z.number().min(0).lt(1)

const words = z.array(z.string()).optional()
const labelValues = z.strictObject({ yes: words, no: words, uncertain: words })

const data = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('phantoms'),
    patients: whole.optional(),
    size: z.int().min(64).max(1024).optional(),
    seed: z.int().min(0).optional(),
    prevalence: share.optional(),
    shortcut: z.enum(['none', 'marker', 'view', 'scanner']).optional(),
    findings: z.union([z.literal('all'), z.array(z.string().min(1)).min(1)]).optional(),
    unlabelled: proportion.optional(),
    uncertain: proportion.optional(),
  }),
  z.strictObject({
    kind: z.literal('nih'),
    images: z.string().min(1),
    table: z.string().min(1).optional(),
    sha256: z.string().length(64).optional(),
  }),
  z.strictObject({ kind: z.literal('folders'), path: z.string().min(1), patient: z.string().optional() }),
  z.strictObject({
    kind: z.literal('table'),
    csv: z.string().min(1),
    images: z.string().min(1),
    image: z.string().min(1),
    patient: z.string().min(1).optional(),
    patientInPath: z.string().min(1).optional(),
    findings: z.array(z.string().min(1)).min(1),
    view: z.string().min(1).optional(),
    sex: z.string().min(1).optional(),
    age: z.string().min(1).optional(),
    study: z.string().min(1).optional(),
    values: labelValues.optional(),
    only: z.record(z.string().min(1), z.array(z.string()).min(1)).optional(),
  }),
  z.strictObject({
    kind: z.literal('chexpert'),
    folder: z.string().min(1),
    table: z.string().min(1).optional(),
    lateral: z.boolean().optional(),
  }),
  z.strictObject({
    kind: z.literal('guide'),
    training: z.string().min(1),
    testing: z.string().min(1),
    images: z.string().min(1),
    patientsInBoth: z.enum(['refuse', 'leave-out', 'keep']).optional(),
  }),
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
    initial: z.enum(['he-normal', 'glorot-uniform']).optional(),
  }),
])

const split = z
  .strictObject({
    by: z.enum(['patient', 'image']).default('patient'),
    test: share.default(0.2),
    validation: share.default(0.1),
    balance: z.boolean().optional(),
  })
  .refine(({ test, validation }) => test + validation < 1, {
    path: ['validation'],
    error: 'less than 1 was wanted together with "split.test": films are left to train on',
  })

const calibration = z.strictObject({
  map: z.enum(['temperature', 'isotonic', 'auto']).default('auto'),
  prevalence: z.union([share, z.record(z.string().min(1), share)]).optional(),
  interval: share.default(0.9),
})

const threshold = z.union(
  [
    z.literal('youden'),
    z.strictObject({ sensitivity: share }),
    z.strictObject({ specificity: share }),
    z.strictObject({ missCosts: z.number().positive() }),
  ],
  { error: "wanted 'youden', { sensitivity: 0.9 }, { specificity: 0.9 } or { missCosts: 5 }" },
)

const serve = z.strictObject({
  host: z.string().default('127.0.0.1'),
  port: z.int().min(0).max(65535).default(8080),
})

const tracking = z.strictObject({
  kind: z.literal('mlflow'),
  uri: z
    .url({ protocol: /^https?$/, error: "wanted an address such as 'http://127.0.0.1:5000'" })
    .refine(uri => !/^https?:\/\/[^/]*@/.test(uri), {
      error: 'wanted no password in it: MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD hold it',
    }),
  experiment: z.string().min(1).max(250).optional(),
})

const names = z
  .array(z.string().min(1))
  .min(1)
  .refine(targets => new Set(targets.map(target => target.toLowerCase())).size === targets.length, {
    error: 'wanted each finding once',
  })

const shape = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'wanted small letters, digits and hyphens')
    .optional(),
  seed: z.int().min(0).default(42),
  data: data.default({ kind: 'phantoms' }),
  target: z.string().min(1).optional(),
  targets: z.union([z.literal('all'), names], { error: 'wanted a list of findings, or "all"' }).optional(),
  uncertain: z.enum(['ignore', 'zero', 'one']).default('ignore'),
  negatives: z.enum(['rest', 'No Finding']).default('rest'),
  split: split.prefault({}),
  backbone: backbone.default({ kind: 'vgg-small' }),
  head: head.default({ kind: 'linear' }),
  train: train.prefault({}),
  calibration: calibration.prefault({}),
  threshold: threshold.default('youden'),
  maxBad: z.number().min(0).max(1).default(0.005),
  store: store.default('.chestnut'),
  output: z.string().min(1).default('out'),
  device: z.enum(devices).default('cpu'),
  threads: whole.optional(),
  serve: serve.prefault({}),
  egress: z.enum(['deny', 'features', 'pixels']).default('deny'),
  machines: machines.prefault({}),
  quality: quality.prefault({}),
  tracking: tracking.optional(),
})

type Shape = z.infer<typeof shape>

const isOne = ({ targets }: Shape): boolean => targets === undefined || (targets !== 'all' && targets.length === 1)

const schema = shape
  .refine(({ target, targets }) => target === undefined || targets === undefined, {
    path: ['targets'],
    error: 'wanted "target" for one finding or "targets" for several, not both',
  })
  .refine(config => config.negatives === 'rest' || isOne(config), {
    path: ['negatives'],
    error:
      'wanted "rest" where several findings are told: a film with another finding is a negative of one and a positive of another',
  })
  .refine(config => config.split.balance !== true || isOne(config), {
    path: ['split', 'balance'],
    error:
      'wanted false where several findings are told: films dropped for one are missing to the others; "train.classWeights" weighs the sides of each',
  })

/** Compares an input with what `chestnut.config.ts` may say, and fills in the defaults. */
export function checkConfig(input: unknown): z.ZodSafeParseResult<unknown> {
  return schema.safeParse(input)
}

interface Shaped {
  readonly shape: Readonly<Record<string, z.core.$ZodType>>
}

const objects: Readonly<Record<string, Shaped>> = {
  '': shape,
  'data.values': labelValues,
  'backbone.contract': contract,
  'backbone.int8': int8,
  split,
  ...trainObjects,
  calibration,
  serve,
  'machines.caps': caps,
  ...qualityObjects,
  tracking,
}

/** Objects whose keys depend on their `kind`. */
const kinds: Readonly<Record<string, readonly Shaped[]>> = {
  data: data.options,
  backbone: backbone.options,
  head: head.options,
  ...trainKinds,
}

/** The keys that a configuration may have at a place such as `train.rate`, where `value` stands. */
export function keysAt(place: string, value: unknown): readonly string[] {
  const shaped = objects[place] ?? kindsAt(place).find(({ shape }) => isKind(shape['kind'], value))
  return shaped === undefined ? [] : Object.keys(shaped.shape)
}

/** Machines have names of the project's own. */
function kindsAt(place: string): readonly Shaped[] {
  return kinds[place] ?? (/^machines\.[^.]+$/.test(place) ? machine.options : [])
}

function isKind(kind: z.core.$ZodType | undefined, value: unknown): boolean {
  return kind !== undefined && isJsonObject(value) && z.safeParse(kind, value['kind']).success
}
