import { Problem, random } from '../../core/index.ts'
import { cutAt, type Graph, inferShapes, withOutputs } from '../../graph/index.ts'
import { imageInput, type Network } from '../network.ts'
import type { Int8Range, Int8Spec } from '../specs.ts'
import { asConvolutions } from './as-convolutions.ts'
import { covariances } from './covariances.ts'
import type { ValueHistogram } from './histogram.ts'
import { type Judgement, judge } from './judge.ts'
import { type ImageSource, type ObserveTools, observe } from './observe.ts'
import { int8Plan } from './plan.ts'
import type { ProbeFilms } from './probe.ts'
import type { Measured, Range } from './range.ts'
import { bestStem } from './stem.ts'
import type { WholeValue } from './whole-values.ts'

/** What was done to bring a network to int8, and what it cost. Plain data. */
export interface Int8Report {
  /** Convolutions of the frozen part that are computed in int8, and all of them. */
  readonly convolutions: number
  readonly allConvolutions: number
  /** Of those that are not, the ones at the beginning, which compute in finer whole numbers. */
  readonly stem: number
  /** Films that decided the ranges. */
  readonly films: number
  readonly range: Int8Range
  /** Drew the films, and the probe's folds. */
  readonly seed: number
  readonly judgement: Judgement
  /** The value that heat maps explain now, where they cannot look into the int8 part any more. */
  readonly explain?: string
}

export interface Int8Network {
  readonly network: Network
  readonly report: Int8Report
  /** The frozen part's last value as uint8 with its scale; undefined where its last operator stays in float32. */
  readonly features: WholeValue | undefined
}

/** Films of the training part: their images, labels (1 or 0) and patients. */
export type CalibrationFilms = ImageSource & ProbeFilms

/** A probe may lose so much AUROC. */
export const mostLoss = 0.005

const defaults = { films: 64, range: 'mse', probe: 512 } as const
/** Share of the numbers that `percentile` cuts off. */
const cutOff = 1e-4

/**
 * The network with its frozen part in int8. Films of the training part decide the ranges; on some of them both precisions are
 * compared. What is trained, saved and served is this network.
 *
 * @throws Problem when nothing is frozen or can be int8, and when a linear probe loses more than 0.005 AUROC, unless forced
 */
export async function quantiseNetwork(
  network: Network,
  films: CalibrationFilms,
  spec: Int8Spec,
  tools: ObserveTools & { readonly seed: number },
): Promise<Int8Network> {
  if (network.boundary === imageInput) {
    throw new Problem('Cannot compute the backbone in int8: all of it is trained, a frozen part was wanted', {
      next: 'leave "trainFrom" or "precision" of the backbone out',
    })
  }
  if (films.count === 0) {
    throw new Problem('Cannot compute the backbone in int8: there are no labelled films in the training part')
  }
  const end = network.frozenEnd
  const { before, after } = cutAt(network.graph, end)
  const plain = asConvolutions(before)
  const plan = int8Plan(plain)
  if (![...plan.steps.values()].some(({ kind }) => kind === 'conv')) {
    throw new Problem(
      'Cannot compute the backbone in int8: it has no convolution with fixed weights before its boundary',
      { next: 'leave "precision" of the backbone out' },
    )
  }
  const range = spec.range ?? defaults.range
  const drawn = random(tools.seed, 'int8').shuffle(Array.from({ length: films.count }, (_, i) => i))
  const calibration = some(films, drawn.slice(0, spec.films ?? defaults.films))
  const seen = await observe(plain, plan.observed, calibration, tools)
  const together = await covariances(plain, calibration, tools)
  const measured = new Map<string, Measured>(
    [...seen].map(([name, { histogram, channels }]) => {
      const kept = name === imageInput ? histogram.whole : keptRange(histogram, range)
      const covariance = together.get(name)
      return [name, { range: kept, means: channels.means, ...(covariance === undefined ? {} : { covariance }) }]
    }),
  )
  const { graph, held, stem, convolutions } = await bestStem(plain, measured, calibration, tools)
  const judged = some(films, drawn.slice(0, spec.probe ?? defaults.probe))
  const judgement = await judge({ float32: before, int8: graph }, judged, tools)
  refuseLoss(judgement, spec.force ?? false)
  const joined = join(network.graph, graph, after)
  // Attention is followed, not differentiated: it may lie in the int8 part.
  const explain = network.heatFrom === 'attention' ? network.explain : explainedIn(after, end, network.explain)
  return {
    network: { ...network, graph: joined, explain },
    report: {
      convolutions,
      allConvolutions: plain.nodes.filter(({ op }) => op === 'Conv').length,
      stem,
      films: calibration.count,
      range,
      seed: tools.seed,
      judgement,
      ...(explain === network.explain ? {} : { explain }),
    },
    features: held.get(end),
  }
}

function keptRange(histogram: ValueHistogram, range: Int8Range): Range {
  if (range === 'min-max') return histogram.whole
  return range === 'mse' ? histogram.best : histogram.without(cutOff)
}

function some(films: CalibrationFilms, places: readonly number[]): CalibrationFilms {
  return {
    count: places.length,
    labels: places.map(place => films.labels[place]!),
    patients: places.map(place => films.patients[place]!),
    images: indices => films.images(indices.map(index => places[index]!)),
  }
}

/** What a person is told of the comparison. */
export function probeSentence({ probe }: Judgement): string {
  if (probe === undefined) return 'too few patients of each class to judge a linear probe'
  const { films, int8, float32, difference } = probe
  const between = `${difference.low.toFixed(4)} to ${difference.high.toFixed(4)}`
  return `a linear probe on ${films} training films scores AUROC ${int8.toFixed(4)} on int8 features, ${float32.toFixed(4)} on float32 features (difference ${difference.value.toFixed(4)}, 95 % interval ${between})`
}

function refuseLoss(judgement: Judgement, force: boolean): void {
  const { probe } = judgement
  if (force || probe === undefined || probe.float32 - probe.int8 <= mostLoss) return
  throw new Problem(
    `Cannot compute the backbone in int8: ${probeSentence(judgement)}; at most ${mostLoss} less was wanted`,
    { next: "set int8: { force: true } or precision: 'float32' of the backbone" },
  )
}

function join(whole: Graph, frozen: Graph, after: Graph): Graph {
  const joined = {
    ...whole,
    nodes: [...frozen.nodes, ...after.nodes],
    weights: { ...whole.weights, ...frozen.weights },
    values: [...(frozen.values ?? []), ...(after.values ?? [])],
    domains: { ...whole.domains, ...frozen.domains },
  }
  return withOutputs(
    joined,
    whole.outputs.map(({ name }) => name),
  )
}

/** Gradients do not pass through whole numbers: what lies behind them is explained at their end. */
function explainedIn(after: Graph, end: string, wanted: string): string {
  if (wanted === end || after.nodes.some(({ outputs }) => outputs.includes(wanted))) return wanted
  if (inferShapes(after).get(end)?.shape.length === 4) return end
  throw new Problem(
    `Cannot explain at "${wanted}": it lies in the part that is computed in int8, and "${end}" behind it has no places`,
    { next: 'leave "precision" of the backbone out' },
  )
}
