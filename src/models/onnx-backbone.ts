import { Problem } from '../core/index.ts'
import {
  cutAt,
  decode,
  foldBatchNormalization,
  foldShapes,
  type Graph,
  inferShapes,
  liftConstants,
  type Shape,
  simplify,
  upgrade,
  withOutputs,
} from '../graph/index.ts'
import { batchNormsBehind, ownStatistics } from './batch-norms.ts'
import { openImage } from './image-input.ts'
import type { Backbone } from './network.ts'
import { openBatch } from './open-batch.ts'
import type { OnnxSpec } from './specs.ts'
import { learnedWeights, refuseWithoutGradient } from './trained-part.ts'

/** A pretrained network: cut at its last spatial value, batch normalisation folded, the batch left open. */
export function onnxBackbone(bytes: Uint8Array, spec: OnnxSpec): Backbone {
  const { graph: file, contract } = openImage(openBatch(foldShapes(liftConstants(decode(bytes)))), spec)
  const features = spec.cut ?? lastSpatial(file, spec.path)
  const { trainFrom } = spec
  const kept = trainFrom === undefined ? [] : [trainFrom]
  const plain = simplify(upgrade(withOutputs(file, [features])), kept)
  const trained = trainedNorms(plain, spec)
  const { graph, batchNorms } = ownStatistics(foldBatchNormalization(plain, trained), trained)
  return {
    graph,
    contract,
    features,
    featureShape: spatialShape(graph, features, spec.path),
    explain: features,
    pool: 'average',
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
  return batchNormsBehind(graph, trainFrom)
}

/** The last value that still has places: pooled features [N, C, 1, 1] would explain nothing. */
function lastSpatial(graph: Graph, path: string): string {
  const shapes = inferShapes(graph)
  const dark = graph.nodes.find(node => !shapes.has(node.outputs[0] ?? ''))
  if (dark !== undefined) {
    throw new Problem(
      `Cannot find the last spatial value of the backbone "${path}": what operator ${dark.op} at "${dark.outputs[0]}" gives is not known`,
      { next: 'name a value with "cut" in the configuration' },
    )
  }
  const values = graph.nodes.flatMap(node => node.outputs)
  const last = values.findLast(name => {
    const [, , height, width] = shapes.get(name)?.shape ?? []
    return shapes.get(name)?.shape.length === 4 && (height !== 1 || width !== 1)
  })
  if (last !== undefined) return last
  throw new Problem(`Cannot use the backbone "${path}": none of its values has four dimensions [N, C, h, w]`, {
    next: 'name one with "cut" in the configuration',
  })
}

function spatialShape(graph: Graph, features: string, path: string): Shape {
  const shape = inferShapes(graph).get(features)?.shape ?? []
  if (shape.length === 4 && shape[0] === 'N') return shape
  throw new Problem(
    `Cannot cut the backbone "${path}" at "${features}": its shape is [${shape.join(', ')}], [N, C, h, w] was wanted`,
  )
}

function trainedWeights(graph: Graph, trainFrom: string, path: string): readonly string[] {
  const { before, after } = cutAt(graph, trainFrom)
  const frozen = new Set(Object.keys(before.weights))
  const parameters = learnedWeights(after).filter(name => !frozen.has(name))
  refuseWithoutGradient(after, parameters, path)
  return parameters
}
