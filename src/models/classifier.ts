/// <reference lib="esnext.disposable" preserve="true" />

import { float32, floats, Misuse, placeOfName, sha256, type Tensor, throwIfAborted } from '../core/index.ts'
import type { Engine, LoadOptions } from '../engine/index.ts'
import { decode, type Graph } from '../graph/index.ts'
import { type Film, type Heat, heatOnFilm, tensorOf } from '../imaging/index.ts'
import { type Answer, answerTo } from './answer.ts'
import { type ModelCard, readCard } from './card.ts'
import { classInput, heatOutput } from './explain.ts'
import { type Explanation, explanationOf, heatGraph } from './explanation.ts'
import { checkGolden } from './golden.ts'
import { imageInput, logitsOutput } from './network.ts'
import { refuseBrokenPromises } from './promises.ts'
import { type SitePrevalence, siteShifts } from './site-prevalence.ts'

export interface Reading {
  /** One a class, in the model's order. */
  readonly answers: readonly Answer[]
  /** Where the explained class was seen, over the whole film; absent where nobody asked or the model can give none. */
  readonly heat?: Heat
}

/** Film → contract → program → calibration → threshold → answer. The only way, for whoever asks. */
export interface Classifier extends AsyncDisposable {
  readonly card: ModelCard
  /** SHA-256 of the model file. */
  readonly digest: string
  /** How its heat maps are made, or why it gives none. */
  explanation(): Explanation
  classify(films: readonly Film[], options?: ClassifyOptions): Promise<readonly Reading[]>
}

export interface ClassifyOptions {
  /** Adds a heat map: of the first class, or of the one that is named. */
  readonly explain?: boolean | string
  readonly signal?: AbortSignal
}

export interface ClassifierOptions {
  /** Where the model runs: a worker thread (default), or a process whose crash the caller survives. */
  readonly host?: 'thread' | 'process'
  readonly threads?: number
  /** Answers for a place where another share of the films has the finding. Default: the share that the model is calibrated for. */
  readonly prevalence?: SitePrevalence | undefined
  readonly signal?: AbortSignal
}

/** Films that are computed together; more would only take memory. */
const mostFilms = 32

/**
 * Opens a model file and asks it the golden questions that it carries.
 * @throws Problem when it is no model of ours, or no longer answers as it did when it was made
 */
export async function openClassifier(
  onnx: Uint8Array,
  engine: Engine,
  options: ClassifierOptions = {},
): Promise<Classifier> {
  const graph = decode(onnx)
  const card = readCard(graph)
  refuseBrokenPromises(graph, card)
  const classifier = await classifierOf(graph, card, sha256(onnx), engine, options)
  try {
    await checkGolden(classifier, options.signal)
    return classifier
  } catch (error) {
    await classifier[Symbol.asyncDispose]()
    throw error
  }
}

/** A classifier whose golden answers are not checked: for the moment in which they are made. */
export async function classifierOf(
  graph: Graph,
  card: ModelCard,
  digest: string,
  engine: Engine,
  options: ClassifierOptions = {},
): Promise<Classifier> {
  const load: LoadOptions = {
    host: options.host ?? 'thread',
    ...(options.threads === undefined ? {} : { threads: options.threads }),
  }
  const shifts = options.prevalence === undefined ? undefined : siteShifts(card, options.prevalence)
  const plain = await engine.load(graph, { ...load, ...(options.signal ? { signal: options.signal } : {}) })
  const explainer = once(() => engine.load(heatGraph(graph, card), load))
  let found = card.explanation
  const explanation = (): Explanation => {
    found ??= explanationOf(graph, card)
    return found
  }

  const read = async (
    films: readonly Film[],
    explained: number | undefined,
    signal?: AbortSignal,
  ): Promise<readonly Reading[]> => {
    throwIfAborted(signal)
    const explain = explained !== undefined && explanation().method !== 'none'
    const image = await tensorOf(films, card.contract)
    const program = explain ? await explainer.get() : plain
    const outputs = await program.run(
      { [imageInput]: image, ...(explain ? classFeed(card, explained) : {}) },
      {
        outputs: explain ? [logitsOutput, heatOutput] : [logitsOutput],
        handOver: true,
        ...(signal ? { signal } : {}),
      },
    )
    return films.map((film, i) => ({
      answers: answersOf(card, floats(outputs[logitsOutput]!), i, shifts),
      ...(explain ? { heat: heatOnFilm(heatAt(outputs[heatOutput], i), film, card.contract) } : {}),
    }))
  }

  return {
    card,
    digest,
    explanation,
    classify: async (films, { explain = false, signal } = {}) => {
      const explained = explainedClass(card, explain)
      const readings: Reading[] = []
      for (let start = 0; start < films.length; start += mostFilms) {
        readings.push(...(await read(films.slice(start, start + mostFilms), explained, signal)))
      }
      return readings
    },
    [Symbol.asyncDispose]: async () => {
      await plain[Symbol.asyncDispose]()
      await (await explainer.made())?.[Symbol.asyncDispose]()
    },
  }
}

/** Makes a thing when it is first wanted, and again when that failed. */
function once<T>(make: () => Promise<T>): { get(): Promise<T>; made(): Promise<T | undefined> } {
  let thing: Promise<T> | undefined
  return {
    get: () => {
      thing ??= make().catch((error: unknown) => {
        thing = undefined
        throw error
      })
      return thing
    },
    made: async () => thing,
  }
}

function answersOf(
  card: ModelCard,
  logits: Float32Array,
  film: number,
  shifts: readonly number[] | undefined,
): readonly Answer[] {
  const start = film * card.classes.length
  return card.classes.map((_, k) => answerTo(logits[start + k] ?? Number.NaN, card, k, shifts?.[k]))
}

/** The class whose heat map is wanted; undefined where none is. */
function explainedClass({ name, classes }: ModelCard, explain: boolean | string): number | undefined {
  if (typeof explain === 'boolean') return explain ? 0 : undefined
  const k = placeOfName(explain, classes)
  if (k >= 0) return k
  throw new Misuse(
    `Cannot explain "${explain}": the model "${name}" has ${classes.length === 1 ? 'the finding' : 'the findings'} ${classes.join(', ')}`,
  )
}

/** Attention is the same for every class, so its graph asks for none. */
function classFeed({ classes, heatFrom }: ModelCard, explained: number): Readonly<Record<string, Tensor>> {
  if (heatFrom === 'attention') return {}
  const oneHot = Float32Array.from(classes, (_, k) => (k === explained ? 1 : 0))
  return { [classInput]: float32([classes.length, 1], oneHot) }
}

function heatAt(heat: Parameters<typeof floats>[0] | undefined, film: number): Heat {
  if (!heat) throw new TypeError('The explanation gave no heat')
  const [, height = 1, width = 1] = heat.shape
  return { width, height, values: floats(heat).slice(film * width * height, (film + 1) * width * height) }
}
