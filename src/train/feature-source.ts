import { chestnutVersion, digestOf, Problem, sha256 } from '../core/index.ts'
import type { Engine } from '../engine/index.ts'
import { encode, type Graph } from '../graph/index.ts'
import { imageInput } from '../models/index.ts'
import type { FeatureCache } from './feature-cache.ts'
import type { FeatureSource } from './features.ts'
import { type FrozenPart, rowBytesOf } from './frozen-part.ts'
import { imagesOf } from './images.ts'
import type { Examples, TrainTools } from './plan.ts'
import { memoryRows, type RowStore } from './row-store.ts'
import { variantAt } from './variant.ts'

export interface SourceOptions {
  readonly frozen: FrozenPart
  readonly tools: TrainTools
  /** Whether the frozen part changes films itself (see `withAugmentation`). */
  readonly inGraph: boolean
}

/** The epoch for which films are drawn when features are computed before the first one. */
const before = 0
/** Bytes of features that are kept in memory where there is no cache on disk: 4 GiB. */
const mostInMemory = 2 ** 32

/**
 * Where the features of examples come from, and where they are kept: on disk where there is a cache and each film has a digest,
 * else in memory.
 *
 * @returns undefined when films differ from epoch to epoch, or their features do not fit
 * @throws Problem when those of a pool do not fit
 */
export async function openSource(examples: Examples, options: SourceOptions): Promise<FeatureSource | undefined> {
  if (!examples.fixed && examples.pool === undefined) return undefined
  const store = await storeFor(examples, options)
  if (store !== undefined) return sourceOf(examples, store, options)
  if (examples.pool === undefined) return undefined
  throw new Problem(`Cannot train on a pool: ${roomSentence(examples, options)}`, {
    next: 'allow more in train: { featureCache: { gigabytes } }, take a smaller "pool", or take precision: \'int8\' of the backbone, which needs a quarter',
  })
}

/** Features of examples as they are before the first epoch, in memory whatever they take. */
export function sourceInMemory(examples: Examples, options: SourceOptions): FeatureSource {
  return sourceOf(examples, memoryRows(), options)
}

/** What features would take, and what may be taken. */
export function roomSentence(examples: Examples, { frozen, tools }: SourceOptions): string {
  const variants = variantsOf(examples)
  const films = `${examples.count} films${variants === 1 ? '' : ` in ${variants} variants each`}`
  const bytes = examples.count * variants * rowBytesOf(frozen)
  const isKept = tools.featureCache !== undefined && examples.digest !== undefined
  const allowed = isKept ? `${gigabytes(tools.featureCache.budget)} on disk` : `${gigabytes(mostInMemory)} in memory`
  return `what the frozen part makes of ${films} takes ${gigabytes(bytes)}, ${allowed} are allowed`
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toPrecision(2)} GB`
}

function variantsOf({ pool }: Examples): number {
  return pool?.variants ?? 1
}

function sourceOf(examples: Examples, store: RowStore, { frozen, tools, inGraph }: SourceOptions): FeatureSource {
  const { pool } = examples
  const images = imagesOf(examples, inGraph)
  return {
    films: examples.count,
    variants: variantsOf(examples),
    images: async wanted => {
      if (pool !== undefined) return { [imageInput]: await pool.images(wanted) }
      return images(
        wanted.map(({ film }) => film),
        before,
      )
    },
    frozen,
    store,
    memory: tools.featureCache?.memory ?? 0,
    signal: tools.signal,
  }
}

async function storeFor(examples: Examples, { frozen, tools }: SourceOptions): Promise<RowStore | undefined> {
  const { count, digest } = examples
  const { featureCache, engine } = tools
  const variants = variantsOf(examples)
  const rowBytes = rowBytesOf(frozen)
  if (featureCache === undefined || digest === undefined || frozen.row() === undefined) {
    return count * variants * rowBytes <= mostInMemory ? memoryRows() : undefined
  }
  const keys = Array.from({ length: count * variants }, (_, row) => digest(variantAt(row, variants)))
  return featureCache.open({ digest: sourceDigest(frozen.graph, featureCache, engine), keys, rowBytes })
}

/** SHA-256 of what computes features: a frozen part, the engine and its machine. */
export function sourceDigest(graph: Graph, { machine }: FeatureCache, engine: Engine): string {
  return digestOf({ engine: engine.name, machine, chestnut: chestnutVersion(), graph: graphDigest(graph) })
}

/** Of what a graph computes, whatever it is called. */
function graphDigest(graph: Graph): string {
  const { opset, inputs, outputs, nodes, weights, domains } = graph
  return sha256(encode({ name: '', opset, inputs, outputs, nodes, weights, metadata: {}, ...(domains && { domains }) }))
}
