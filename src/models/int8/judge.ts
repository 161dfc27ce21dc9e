import { throwIfAborted } from '../../core/index.ts'
import type { Graph } from '../../graph/index.ts'
import { aurocMeanDifferenceClustered, type Difference } from '../../statistics/index.ts'
import { imageInput } from '../network.ts'
import { type Agreement, agreementSum, pooledRows } from './agreement.ts'
import { type ImageSource, loadOptions, type ObserveTools } from './observe.ts'
import { type ProbeFilms, probeAuroc, probeLogits } from './probe.ts'

/** What a linear layer makes of both kinds of features, on folds of patients. */
export interface ProbeScores {
  readonly films: number
  readonly float32: number
  readonly int8: number
  /** int8 − float32 on the same films, with an interval that knows of patients. */
  readonly difference: Difference
}

export interface Judgement extends Agreement {
  /** Undefined where there are too few films or patients of a class. */
  readonly probe: ProbeScores | undefined
}

const folds = 5
const repeats = 3
const filmsAtATime = 16

/** Runs both graphs on the same films and compares their one output. */
export async function judge(
  graphs: { readonly float32: Graph; readonly int8: Graph },
  films: ImageSource & ProbeFilms,
  { seed, ...tools }: ObserveTools & { readonly seed: number },
): Promise<Judgement> {
  const sum = agreementSum()
  const rows: { readonly float32: number[]; readonly int8: number[] } = { float32: [], int8: [] }
  await using first = await tools.engine.load(graphs.float32, loadOptions(tools))
  await using second = await tools.engine.load(graphs.int8, loadOptions(tools))
  const [output = ''] = graphs.float32.outputs.map(({ name }) => name)
  for (let start = 0; start < films.count; start += filmsAtATime) {
    throwIfAborted(tools.signal)
    const indices = Array.from({ length: Math.min(filmsAtATime, films.count - start) }, (_, i) => start + i)
    const image = await films.images(indices)
    const float32 = (await first.run({ [imageInput]: image }))[output]!
    const int8 = (await second.run({ [imageInput]: image }, { handOver: true }))[output]!
    sum.add(float32, int8)
    for (const value of pooledRows(float32)) rows.float32.push(value)
    for (const value of pooledRows(int8)) rows.int8.push(value)
    tools.progress?.('Comparing int8 with float32', start + indices.length, films.count)
  }
  return { ...sum.agreement, probe: probeOf(rows, films, seed) }
}

function probeOf(
  rows: { readonly float32: readonly number[]; readonly int8: readonly number[] },
  films: ProbeFilms,
  seed: number,
): ProbeScores | undefined {
  if (!isEnough(films)) return undefined
  const { labels, patients } = films
  const logitsOf = (features: readonly number[]): readonly Float64Array[] =>
    probeLogits(Float64Array.from(features), films, { folds, repeats, seed })
  const [float32, int8] = [logitsOf(rows.float32), logitsOf(rows.int8)]
  return {
    films: labels.length,
    float32: probeAuroc(float32, labels),
    int8: probeAuroc(int8, labels),
    difference: aurocMeanDifferenceClustered(int8, float32, labels, patients),
  }
}

/** Each fold must be able to hold a patient of each class. */
function isEnough({ labels, patients }: ProbeFilms): boolean {
  return [0, 1].every(wanted => new Set(patients.filter((_, i) => labels[i] === wanted)).size >= folds)
}
