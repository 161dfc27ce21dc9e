import { nearest, Problem } from '../core/index.ts'
import {
  cutAt,
  decode,
  foldBatchNormalization,
  type Graph,
  inferShapes,
  type Value,
  withOutputs,
} from '../graph/index.ts'
import { type Contract, contract } from '../imaging/index.ts'
import { type Backbone, imageInput } from './network.ts'
import { renameValue } from './rename-value.ts'
import type { OnnxSpec } from './specs.ts'

/** A pretrained network: cut at its last spatial value, batch normalisation folded, the batch left open. */
export function onnxBackbone(bytes: Uint8Array, spec: OnnxSpec): Backbone {
  const file = openBatch(foldBatchNormalization(decode(bytes)), spec.path)
  const shapes = inferShapes(file)
  const features = spec.cut ?? lastSpatial(file, shapes, spec.path)
  const shape = spatialShape(shapes, features, spec.path)
  const graph = withOutputs(file, [features])
  const image = graph.inputs[0]!
  const trainFrom = spec.trainFrom
  if (trainFrom !== undefined && !shapes.has(trainFrom)) throw unknownValue(trainFrom, shapes, spec.path)
  return {
    graph,
    contract: contractOf(image, spec),
    features,
    featureShape: shape,
    explain: features,
    trainFrom,
    parameters: trainFrom === undefined ? [] : floatWeights(cutAt(graph, trainFrom).after),
  }
}

/** The one image input, under our name and with an open batch. */
function openBatch(graph: Graph, path: string): Graph {
  const images = graph.inputs.filter(input => input.shape.length === 4)
  const image = images[0]
  if (!image || images.length > 1 || graph.inputs.length > 1) {
    throw new Problem(
      `Cannot use the backbone "${path}": it has ${graph.inputs.length} inputs, wanted one with four dimensions [N, C, H, W]`,
    )
  }
  const renamed = renameValue(graph, image.name, imageInput)
  const inputs = renamed.inputs.map(input => ({ ...input, shape: ['N', ...input.shape.slice(1)] }))
  return { ...renamed, inputs }
}

function lastSpatial(graph: Graph, shapes: ReadonlyMap<string, Value>, path: string): string {
  const values = graph.nodes.flatMap(node => node.outputs)
  const last = values.findLast(name => shapes.get(name)?.shape.length === 4)
  if (last !== undefined) return last
  throw new Problem(`Cannot use the backbone "${path}": none of its values has four dimensions [N, C, h, w]`, {
    next: 'name one with "cut" in the configuration',
  })
}

function spatialShape(shapes: ReadonlyMap<string, Value>, name: string, path: string): Value['shape'] {
  const value = shapes.get(name)
  if (!value) throw unknownValue(name, shapes, path)
  if (value.shape.length === 4) return value.shape
  throw new Problem(
    `Cannot cut the backbone "${path}" at "${name}": its shape is [${value.shape.join(', ')}], wanted [N, C, h, w]`,
  )
}

function unknownValue(name: string, shapes: ReadonlyMap<string, Value>, path: string): Problem {
  const near = nearest(name, [...shapes.keys()])
  return new Problem(
    `Cannot find the value "${name}" in the backbone "${path}"${near === undefined ? '' : `: did you mean "${near}"?`}`,
  )
}

function contractOf(image: Value, spec: OnnxSpec): Contract {
  const [, channels, height] = image.shape
  const fromFile: Partial<Contract> = {
    ...(channels === 1 || channels === 3 ? { channels } : {}),
    ...(typeof height === 'number' ? { size: height } : {}),
  }
  const made = contract({ ...fromFile, ...spec.contract })
  if (typeof channels === 'number' && channels !== made.channels) {
    throw new Problem(
      `Cannot use the backbone "${spec.path}": its input has ${channels} channels, the contract gives ${made.channels}`,
    )
  }
  return made
}

function floatWeights(graph: Graph): readonly string[] {
  return Object.entries(graph.weights)
    .filter(([, weight]) => weight.dtype === 'float32' && weight.shape.length > 0)
    .map(([name]) => name)
}
