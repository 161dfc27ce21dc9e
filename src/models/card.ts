import { z } from 'zod'
import { canonicalJson, checkStamp, isJsonObject, Problem } from '../core/index.ts'
import type { Graph } from '../graph/index.ts'
import { type Contract, contract } from '../imaging/index.ts'
import type { Calibration } from './calibration.ts'
import type { Explanation } from './explanation.ts'
import type { HeatSource } from './network.ts'

/**
 * How a threshold is chosen on validation films: Youden's point, the largest threshold with a sensitivity of at least so much, the
 * smallest with such a specificity, or where mistakes cost least when a missed finding costs as much as so many false alarms.
 * `given`: nobody chose, it is half or what the imported model says.
 */
export type ThresholdPolicy =
  | 'youden'
  | 'given'
  | { readonly sensitivity: number }
  | { readonly specificity: number }
  | { readonly missCosts: number }

/** What a model must answer to a drawn film, to show that it and its machine still work as when it was made. */
export interface GoldenVector {
  /** Number of the phantom among the golden ones. */
  readonly phantom: number
  readonly probabilities: readonly number[]
}

/** What a model file says of itself, as canonical JSON in its metadata under `chestnut`. Nothing of it names a patient. */
export interface ModelCard {
  readonly format: 'chestnut.model/2'
  readonly name: string
  readonly classes: readonly string[]
  /** How a film becomes the network's input. */
  readonly contract: Contract
  /** The value where the trained part begins. */
  readonly boundary: string
  /** The value that heat maps explain; it has places, such as [N, C, h, w]. */
  readonly explain: string
  /** Absent: the gradient. */
  readonly heatFrom?: HeatSource | undefined
  /** How its heat maps are made, or why there are none. Absent in models that were made before this was said. */
  readonly explanation?: Explanation | undefined
  /** One a class: positive from this probability on. */
  readonly thresholds: readonly number[]
  /** One a class: by what rule its threshold was chosen. Absent in models that were made before this was said. */
  readonly policies?: readonly ThresholdPolicy[] | undefined
  /** One a class. */
  readonly calibration: readonly Calibration[]
  /** Digest of the films, labels and parts that it was trained on. */
  readonly dataset: string
  readonly metrics: Readonly<Record<string, number>>
  readonly golden: readonly GoldenVector[]
  /** Largest difference of a probability that another kind of processor may make. */
  readonly goldenTolerance: number
  readonly provenance: Readonly<Record<string, string | number>>
}

const property = 'chestnut'

/** Where a file that was exported for other tools says so. */
export const exportProperty = 'chestnut.export'

const share = z.number().min(0).max(1)

const ofTemperature = z.object({
  kind: z.literal('temperature'),
  temperature: z.number().positive(),
  shift: z.number(),
})

const ofIsotonic = z
  .object({ kind: z.literal('isotonic'), logits: z.array(z.number()).min(2), values: z.array(z.number()) })
  .refine(
    ({ logits, values }) => values.length === logits.length && ascending(logits) && ascending(values, 'as much'),
    {
      error: 'its knots are out of order',
    },
  )

const band = z
  .object({ level: share, logits: z.array(z.number()).min(2), low: z.array(z.number()), high: z.array(z.number()) })
  .refine(
    ({ logits, low, high }) => ascending(logits) && low.length === logits.length && high.length === logits.length,
    {
      error: 'its bounds are out of order',
    },
  )

const calibration = z.object({
  map: z.discriminatedUnion('kind', [ofTemperature, ofIsotonic]),
  prevalence: z.number().gt(0).lt(1).optional(),
  band: band.optional(),
  films: z.object({ positives: z.int().min(0), negatives: z.int().min(0), patients: z.int().min(0) }).optional(),
  note: z.string().optional(),
})

const policy = z.union([
  z.enum(['youden', 'given']),
  z.object({ sensitivity: share }),
  z.object({ specificity: share }),
  z.object({ missCosts: z.number().positive() }),
])

const schema = z.object({
  format: z.literal('chestnut.model/2'),
  name: z.string(),
  classes: z.array(z.string()).min(1),
  contract: z.object({
    format: z.literal('chestnut.contract/1'),
    size: z.number(),
    fit: z.enum(['stretch', 'pad', 'crop']),
    interpolation: z.enum(['area', 'linear', 'cubic', 'nearest']),
    channels: z.union([z.literal(1), z.literal(3)]),
    order: z.enum(['rgb', 'bgr']),
    range: z.tuple([z.number(), z.number()]),
    mean: z.array(z.number()),
    deviation: z.array(z.number()),
  }),
  boundary: z.string(),
  explain: z.string(),
  heatFrom: z.enum(['gradient', 'attention']).optional(),
  explanation: z
    .object({ method: z.enum(['difference', 'grad-cam', 'attention-rollout', 'none']), about: z.string() })
    .optional(),
  thresholds: z.array(share),
  policies: z.array(policy).optional(),
  calibration: z.array(calibration),
  dataset: z.string(),
  metrics: z.record(z.string(), z.number()),
  golden: z.array(z.object({ phantom: z.int().min(0).max(63), probabilities: z.array(share) })),
  goldenTolerance: z.number().positive(),
  provenance: z.record(z.string(), z.union([z.string(), z.number()])),
})

export function writeCard(graph: Graph, card: ModelCard): Graph {
  return { ...graph, metadata: { ...graph.metadata, [property]: canonicalJson(card) } }
}

/** @throws Problem when the file is no model of ours, its card is damaged, or it is one of a newer Chestnut */
export function readCard(graph: Graph): ModelCard {
  const text = graph.metadata[property]
  if (text === undefined) {
    if (graph.metadata[exportProperty] !== undefined) {
      throw new Problem(
        `Cannot use the graph "${graph.name}" as a classifier: it was exported for other tools, wanted the model itself`,
        { next: 'chestnut models list' },
      )
    }
    throw new Problem(
      `Cannot use the graph "${graph.name}" as a classifier: it holds no contract, wanted a model that Chestnut trained`,
      { next: 'name it as a backbone: onnx({ path }), then chestnut run' },
    )
  }
  const card = parse(text)
  const classes = card.classes.length
  const lists = [
    card.thresholds,
    card.calibration,
    ...(card.policies ? [card.policies] : []),
    ...card.golden.map(vector => vector.probabilities),
  ]
  if (lists.some(list => list.length !== classes)) {
    throw damaged(`it has ${classes} classes but other numbers of thresholds, maps or golden answers`)
  }
  return { ...card, contract: contract(card.contract) }
}

function parse(text: string): ModelCard {
  const value = parseJson(text)
  const format = isJsonObject(value) ? value['format'] : undefined
  const version = checkStamp(format, 'model', 2)
  const parsed = schema.safeParse(version === 1 && isJsonObject(value) ? fromFirst(value) : value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw damaged(`"${issue?.path.join('.')}": ${issue?.message}`)
}

/** The first format had bare temperatures, and knew neither prevalence nor interval. */
function fromFirst(card: Readonly<Record<string, unknown>>): unknown {
  const { calibration: maps } = card
  return {
    ...card,
    format: 'chestnut.model/2',
    calibration: Array.isArray(maps) ? maps.map((map: unknown) => ({ map })) : maps,
  }
}

/** Each above the one before, by nothing at the least where that is said. */
function ascending(values: readonly number[], least: 'more' | 'as much' = 'more'): boolean {
  return values.every(
    (value, i) => i === 0 || value > values[i - 1]! || (least === 'as much' && value === values[i - 1]),
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw damaged('it is no JSON', cause)
  }
}

function damaged(what: string, cause?: unknown): Problem {
  return new Problem(`Cannot use the model: its card is damaged, ${what}`, { cause })
}
