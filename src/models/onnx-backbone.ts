import { Problem } from '../core/index.ts'
import {
  build,
  cutAt,
  foldBatchNormalization,
  type Graph,
  inferShapes,
  type ReadExternal,
  withOutputs,
} from '../graph/index.ts'
import { asGrid, classToken } from './as-grid.ts'
import { batchNormsOf, ownStatistics } from './batch-norms.ts'
import { lastWithPlaces } from './last-with-places.ts'
import { namedValue } from './named-value.ts'
import type { Backbone } from './network.ts'
import { openFile, simplified } from './open-file.ts'
import { type Places, placesOf } from './places.ts'
import type { OnnxSpec } from './specs.ts'
import { withStateDict } from './state-dict.ts'
import { learnedWeights, refuseWithoutGradient } from './trained-part.ts'
import type { Weights } from './weights/weights.ts'

/** What an ONNX backbone may need beside its bytes. */
export interface BesideOnnx {
  /** Reads the weights that the file keeps in others. */
  readonly readExternal?: ReadExternal | undefined
  /** Of the file that the specification names beside the graph. */
  readonly weights?: Weights | undefined
}

/** A pretrained network: cut at its last value that has places, which becomes [N, C, h, w]. */
export function onnxBackbone(bytes: Uint8Array, spec: OnnxSpec, { weights, readExternal }: BesideOnnx = {}): Backbone {
  const { graph: file, contract } = openFile(bytes, spec, readExternal)
  const cut = spec.cut === undefined ? lastWithPlaces(file, spec.path) : namedValue(file, spec.cut, 'cut', spec.path)
  const { trainFrom } = spec
  const kept = [trainFrom, spec.explain].filter(name => name !== undefined)
  const part = withOutputs(file, [cut])
  const filled = weights ? withStateDict(part, file, weights, spec.weights ?? '') : part
  const plain = simplified(filled, [cut], kept)
  const trained = trainedNorms(plain, spec)
  const { graph, batchNorms } = ownStatistics(foldBatchNormalization(plain, trained), trained)
  for (const [key, name] of [
    ['trainFrom', trainFrom],
    ['explain', spec.explain],
  ] as const) {
    if (name !== undefined) namedValue(graph, name, key, spec.path)
  }
  const places = placesAt(graph, cut, spec)
  return {
    ...withPlaces(graph, cut, places, spec.explain),
    contract,
    trainFrom,
    batchNorms,
    parameters: trainFrom === undefined ? [] : trainedWeights(graph, trainFrom, spec.path),
  }
}

/** The outputs of the batch normalisations that learn from their batches. */
function trainedNorms(graph: Graph, { path, trainFrom, batchNorm }: OnnxSpec): readonly string[] {
  if (batchNorm !== 'train') return []
  if (trainFrom === undefined) {
    throw new Problem(`Cannot train the batch normalisations of the backbone "${path}": all of it is frozen`, {
      next: 'set trainFrom to the value from which on it is trained',
    })
  }
  return batchNormsOf(cutAt(graph, trainFrom).after)
}

/** The graph with its features as [N, C, h, w], and what heads and heat maps stand on. */
function withPlaces(
  graph: Graph,
  cut: string,
  places: Places,
  explain: string | undefined,
): Omit<Backbone, 'contract' | 'trainFrom' | 'batchNorms' | 'parameters'> {
  const builder = build(graph.name, { ...graph, outputs: [] })
  const features = asGrid(builder, cut, places)
  builder.output(features)
  const { channels, height, width } = places
  const shared = { features, featureShape: ['N', channels, height, width], explain: explain ?? features }
  if (places.extra === 0) return { ...shared, pool: 'average', graph: builder.finish() }
  const token = classToken(builder, cut)
  builder.output(token)
  return {
    ...shared,
    pool: 'class',
    classToken: token,
    ...(explain === undefined && { attended: cut }),
    graph: builder.finish(),
  }
}

function placesAt(graph: Graph, cut: string, spec: OnnxSpec): Places {
  const shape = inferShapes(graph).get(cut)?.shape ?? []
  const found = placesOf(shape, spec.features)
  if (found !== undefined) return found
  const wanted = {
    spatial: '[N, C, h, w]',
    'channels-last': '[N, h, w, C]',
    tokens: 'tokens [N, T, D] of a square grid',
  }
  throw new Problem(
    `Cannot cut the backbone "${spec.path}" at "${cut}": its shape is [${shape.join(', ')}], ${wanted[spec.features ?? 'spatial']} was wanted`,
    { next: `npx chestnut layers ${spec.path}` },
  )
}

function trainedWeights(graph: Graph, trainFrom: string, path: string): readonly string[] {
  const { before, after } = cutAt(graph, trainFrom)
  const frozen = new Set(Object.keys(before.weights))
  const parameters = learnedWeights(after).filter(name => !frozen.has(name))
  refuseWithoutGradient(after, parameters, path)
  return parameters
}
