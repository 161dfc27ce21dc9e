import { join } from 'node:path'
import { Refusal } from '../../core/index.ts'
import { encode } from '../../graph/index.ts'
import type { ArchiveEntry } from '../../machines/index.ts'
import type { Network } from '../../models/index.ts'
import {
  type Examples,
  type FeatureFiles,
  type Features,
  frozenFeatures,
  type TrainData,
  toEnd,
  writeFeatures,
} from '../../train/index.ts'
import { tellFeatures } from '../train-network.ts'
import type { Workspace } from '../workspace.ts'
import type { StageNeeds } from './stage-needs.ts'

/** From what a machine trains a head: numbers, labels, and no film. */
export interface HeadGiven {
  /** The key of the training whose head it is. */
  readonly training: string
  /** But for its graph, which is a file. */
  readonly network: Omit<Network, 'graph'>
  readonly learnt: FilmsGiven
  readonly judged: FilmsGiven
}

export interface FilmsGiven {
  /** Film after film, as in `Examples`. */
  readonly labels: readonly number[]
  readonly mask: readonly number[]
  /** Of the table, for sentences about films. */
  readonly rows: readonly number[]
  readonly features: FeatureFiles
}

/** Where the network's graph lies in a bundle. */
export const networkPath = 'network.onnx'

/** Where features lie in a bundle. @param part `learnt` or `judged` */
export function featuresPath(part: string, file: number): string {
  return `features/${part}-${file}`
}

export interface HeadWork {
  /** Of the training. */
  readonly key: string
  readonly network: Network
  readonly data: TrainData
  /** Where features lie until they are packed. */
  readonly folder: string
}

/**
 * What the training of a head takes along: what the frozen part makes of films, computed here or kept from before, and the labels.
 *
 * @throws Refusal when nothing is frozen, or films are changed anew in every epoch
 */
export async function headNeeds(workspace: Workspace, { key, network, data, folder }: HeadWork): Promise<StageNeeds> {
  const { graph, ...facts } = network
  const files: ArchiveEntry[] = [{ path: networkPath, from: encode(graph), isProgram: false }]
  const take = async (part: string, examples: Examples): Promise<FilmsGiven> => {
    await using features = await featuresOf(workspace, network, examples)
    const { about, paths } = await writeFeatures(features, join(folder, part), workspace.signal)
    files.push(...paths.map((from, file) => ({ path: featuresPath(part, file), from, isProgram: false })))
    const { labels, mask, rows = [] } = examples
    return { labels: [...labels], mask: [...mask], rows, features: about }
  }
  const learnt = await take('learnt', data.training)
  const judged = await take('judged', data.validation)
  const given: HeadGiven = { training: key, network: facts, learnt, judged }
  return { given, files, films: data.training.count + data.validation.count, form: 'features' }
}

async function featuresOf(workspace: Workspace, network: Network, examples: Examples): Promise<Features> {
  const { engine, signal, config, progress, featureCache } = workspace
  const events = frozenFeatures(network, examples, { engine, signal, threads: config.threads, featureCache })
  const features = await toEnd(events, event => tellFeatures(event, progress))
  if (features !== undefined) return features
  throw new Refusal(
    'Cannot train on another machine: the network has no frozen part whose features of films could be sent, or films are changed anew in every epoch, and by "egress" nothing else may leave',
    {
      next: 'take a pretrained backbone, and "pool" beside train.augmentation; or leave --on out; or set "egress" to "pixels" if films may leave',
    },
  )
}
