import type { CachedFilms, FilmRow } from '../dataset/index.ts'
import { type Int8Report, type Network, probeSentence, quantiseNetwork } from '../models/index.ts'
import { examplesOf } from './examples.ts'
import { filmsAt } from './films.ts'
import { placesWith } from './label-matrix.ts'
import type { Workspace } from './workspace.ts'

/** A network in the precision that the configuration asks for. */
export interface PreparedNetwork {
  readonly network: Network
  /** Undefined in float32. */
  readonly report: Int8Report | undefined
}

/**
 * Brings the network's frozen part to int8 with films of the training part, if it is to be, and says what that costs: to a linear
 * probe for the target that has most films of its rarer side.
 */
export async function inPrecision(
  workspace: Workspace,
  network: Network,
  training: CachedFilms,
  targets: readonly string[],
): Promise<PreparedNetwork> {
  const { config, engine, signal, progress } = workspace
  const { backbone, threads, seed } = config
  if (!('precision' in backbone) || backbone.precision !== 'int8') return { network, report: undefined }
  const probed = mostEven(training.rows, targets)
  const labelled = filmsAt(training, placesWith(training.rows, probed))
  const examples = examplesOf(workspace, labelled, { targets: [probed], contract: network.contract })
  const films = {
    count: examples.count,
    labels: examples.labels,
    patients: labelled.rows.map(row => row.patient),
    images: (indices: readonly number[]) => examples.images(indices, { epoch: 0 }),
  }
  const made = await quantiseNetwork(network, films, backbone.int8 ?? {}, {
    engine,
    signal,
    threads,
    seed,
    progress: (task, done, total) => progress({ kind: 'progress', task, done, total, unit: 'films' }),
  })
  for (const text of int8Lines(made.report, targets.length > 1 ? probed : undefined)) progress({ kind: 'note', text })
  return made
}

function mostEven(rows: readonly FilmRow[], targets: readonly string[]): string {
  const rarer = (target: string): number => {
    const count = (label: 0 | 1): number => rows.filter(({ labels }) => labels[target] === label).length
    return Math.min(count(0), count(1))
  }
  return targets.reduce((best, target) => (rarer(target) > rarer(best) ? target : best))
}

/** @param probed the target that was probed, where there are several */
function int8Lines(report: Int8Report, probed: string | undefined): readonly string[] {
  const { convolutions, allConvolutions, stem, judgement, explain } = report
  const { films, cosine, leastCosine, error } = judgement
  return [
    `int8: ${convolutions} of ${allConvolutions} frozen convolutions${stem === 0 ? '' : ` (the first ${stem} in finer whole numbers)`}; features of ${films} training films agree with float32 to a cosine of ${cosine.toFixed(4)} (median; least ${leastCosine.toFixed(4)}), relative error ${error.toFixed(3)}`,
    `int8: ${probed === undefined ? '' : `for ${probed}, `}${probeSentence(judgement)}`,
    ...(explain === undefined
      ? []
      : [`int8: heat maps explain "${explain}", since gradients do not pass through the int8 part`]),
  ]
}

/** What a model's card and record say of its precision. */
export function int8Provenance(report: Int8Report | undefined): Readonly<Record<string, string | number>> {
  if (report === undefined) return {}
  const { range, films, seed, stem } = report
  return { precision: 'int8', int8Range: range, int8Films: films, int8Seed: seed, int8Stem: stem }
}

export function int8Metrics(report: Int8Report | undefined): Readonly<Record<string, number>> {
  if (report === undefined) return {}
  const { cosine, error, probe } = report.judgement
  return {
    int8Cosine: cosine,
    int8Error: error,
    ...(probe === undefined ? {} : { int8Probe: probe.int8, float32Probe: probe.float32 }),
  }
}
