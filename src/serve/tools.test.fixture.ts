import { type Clock, type Fields, type Log, systemClock } from '../core/index.ts'
import { encodePng, type Film, film } from '../imaging/index.ts'
import type { Answer, Classifier, Explanation } from '../models/index.ts'
import { type App, serve } from './serve.ts'
import type { ServeLimits, ServeTools } from './serve-tools.ts'

/** Says that bright films show Pneumonia: enough for what stands around a model. */
export const brightness: ServeTools['classifier'] = {
  card: { classes: ['Pneumonia'] } as unknown as Classifier['card'],
  explanation: () => ({ method: 'grad-cam', about: 'Bright places.' }),
  classify: async (films, { explain = false } = {}) => films.map(each => readingOf(each, explain !== false)),
}

/** The same model when it gives no heat maps. */
const withoutHeat: Classifier['classify'] = films => brightness.classify(films)

function readingOf({ pixels }: Film, explain: boolean): Awaited<ReturnType<Classifier['classify']>>[number] {
  const probability = pixels.reduce((sum, value) => sum + value, 0) / pixels.length / 65535
  const answers = [{ label: 'Pneumonia', probability, threshold: 0.4, positive: probability >= 0.4, logit: 0 }]
  return explain ? { answers, heat: { width: 2, height: 2, values: Float32Array.of(0, 1, 0, 0) } } : { answers }
}

/** A model of fourteen findings with intervals, two of them positive. */
export const fourteen: {
  readonly classes: readonly string[]
  readonly classify: Classifier['classify']
} = {
  classes: [
    ...['Atelectasis', 'Cardiomegaly', 'Effusion', 'Infiltration', 'Mass', 'Nodule', 'Pneumonia', 'Pneumothorax'],
    ...['Consolidation', 'Edema', 'Emphysema', 'Fibrosis', 'Pleural_Thickening', 'Hernia'],
  ],
  classify: async (films, { explain = false } = {}) =>
    films.map(() => {
      const answers = fourteen.classes.map((label, k) =>
        answerOf(label, k === 2 ? 0.71 : k === 6 ? 0.34 : 0.02 + k / 60),
      )
      const heat = {
        width: 14,
        height: 1,
        values: Float32Array.from(fourteen.classes, label => (label === explain ? 1 : 0)),
      }
      return explain === false ? { answers } : { answers, heat }
    }),
}

function answerOf(label: string, probability: number): Answer {
  // Hernia is too rare for an interval.
  const interval = label !== 'Hernia' && { low: 0.7 * probability, high: Math.min(1, 1.3 * probability), level: 0.9 }
  const note = interval ? undefined : 'Too few films for an interval'
  const threshold = 0.3
  return {
    label,
    probability,
    ...(interval && { interval }),
    note,
    threshold,
    positive: probability >= threshold,
    logit: 0,
  }
}

export interface Line {
  readonly level: 'info' | 'warn' | 'error'
  readonly event: string
  readonly error?: unknown
  readonly fields: Fields
}

export interface Served extends App {
  readonly lines: Line[]
}

/** An app with a stub for a model, and what it logged. */
export function served(
  options: {
    classify?: Classifier['classify']
    /** Why the model gives no heat maps. */
    explanation?: Explanation
    classes?: readonly string[]
    limits?: ServeLimits
    clock?: Clock
  } = {},
): Served {
  const { explanation } = options
  const lines: Line[] = []
  const log: Log = {
    info: (event, fields = {}) => void lines.push({ level: 'info', event, fields }),
    warn: (event, fields = {}) => void lines.push({ level: 'warn', event, fields }),
    error: (event, error, fields = {}) => void lines.push({ level: 'error', event, error, fields }),
  }
  const app = serve({
    classifier: {
      ...brightness,
      ...(explanation && { classify: withoutHeat, explanation: () => explanation }),
      ...(options.classify && { classify: options.classify }),
      ...(options.classes && { card: { classes: options.classes } as unknown as Classifier['card'] }),
    },
    version: { name: 'lungs', version: 3 },
    log,
    clock: options.clock ?? systemClock,
    ...(options.limits && { limits: options.limits }),
  })
  return { fetch: app.fetch, lines }
}

/** A small grey film as a PNG. */
export function greyPng(level = 40_000, width = 12, height = 8): Promise<Uint8Array> {
  return encodePng(film(width, height, new Uint16Array(width * height).fill(level)))
}

export function formWith(field: string, bytes: Uint8Array, name = 'Doe_John_1955.png'): FormData {
  const form = new FormData()
  form.append(field, new Blob([new Uint8Array(bytes)], { type: 'image/png' }), name)
  return form
}

export function post(
  path: string,
  body: ConstructorParameters<typeof Response>[0],
  headers: Record<string, string> = {},
): Request {
  return new Request(`http://host${path}`, { method: 'POST', body, headers, duplex: 'half' } as RequestInit)
}

/** The sentence of a problem. */
export async function sentenceOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error: string }
  return error
}
