import { nearest, Problem, type Random } from '../../core/index.ts'
import {
  build,
  cutAt,
  foldBatchNormalization,
  type Graph,
  inferShapes,
  type Shape,
  withOutputs,
} from '../../graph/index.ts'
import { type Contract, contract } from '../../imaging/index.ts'
import { type Backbone, imageInput } from '../network.ts'
import { learnedWeights } from '../trained-part.ts'
import type { Weights } from '../weights/weights.ts'
import type { Library, NetworkDefinition } from './definition.ts'
import { drawnWeights } from './drawn-weights.ts'
import { fileWeights } from './file-weights.ts'
import { type LayerWeights, layersOn, type Place } from './layers.ts'
import { definitions } from './named.ts'
import { networkNames } from './names.ts'
import { findLibrary, strangeNames, type WeightsFile } from './recognise.ts'

export interface NamedOptions {
  /** The network's name, for errors. */
  readonly network: string
  readonly definition: NetworkDefinition
  /** The layer at whose output it is cut. Default: its last one with places. */
  readonly cut?: string | undefined
  /** The first layer that is trained. */
  readonly trainFrom?: string | undefined
  /** What is unlike the library's own way with images. */
  readonly contract?: Partial<Contract> | undefined
}

/**
 * A network that people know by name, with the numbers of a file. It stays frozen unless told from which layer on it is trained.
 * @param subject what the file is called in errors
 * @throws Problem when the file is of another network
 */
export function pretrainedBackbone(options: NamedOptions, weights: Weights, subject: string): Backbone {
  const { definition, network } = options
  const file = { weights, subject }
  const found = findLibrary(file, definition)
  if (found === undefined) throw misfit(network, file, strangeNames(file, definition))
  const { library } = found
  const numbers = fileWeights(file, found, { stem: definition.stem })
  return written(options, library, contractOf(options, library), numbers, () => {
    const fault = numbers.fault()
    if (fault !== undefined) throw misfit(network, file, `read as those of ${library.name}, ${fault}`)
  })
}

function misfit(network: string, file: WeightsFile, why: string): Problem {
  const fitting = networkNames.find(name => fits(file, definitions[name]))
  return new Problem(`Cannot put the weights "${file.subject}" into the network "${network}": ${why}`, {
    next:
      fitting === undefined
        ? 'check "network" in chestnut.config.ts, or export the network as ONNX and use onnx({ path })'
        : `they fit network: '${fitting}'`,
  })
}

/** Whether a file has all that a network asks for, and no more convolutions. */
function fits(file: WeightsFile, definition: NetworkDefinition): boolean {
  const found = findLibrary(file, definition)
  if (found === undefined) return false
  const { library } = found
  const numbers = fileWeights(file, found, { stem: definition.stem, namesOnly: true })
  const builder = build('')
  const shape = ['N', library.channels ?? 3, 224, 224]
  const image = builder.input({ name: imageInput, dtype: 'float32', shape })
  definition.write(layersOn(builder, numbers, library.ways.epsilon), image, library.ways)
  return numbers.fault() === undefined
}

/** A network that people know by name, with drawn numbers; all of it is trained unless told otherwise. */
export function drawnBackbone(options: NamedOptions, draw: Random): Backbone {
  const { definition } = options
  const [library] = definition.libraries
  const plain = { size: 224, range: [-1, 1], ...options.contract } as const
  const from = { ...options, trainFrom: options.trainFrom ?? definition.stem }
  return written(from, library, contract(plain), drawnWeights(draw, definition.silent))
}

function written(
  { network, definition, cut, trainFrom }: NamedOptions,
  library: Library,
  made: Contract,
  numbers: LayerWeights,
  whenWritten = (): void => {},
): Backbone {
  const { channels, size } = made
  const builder = build(network)
  const image = builder.input({ name: imageInput, dtype: 'float32', shape: ['N', channels, size, size] })
  const layers = layersOn(builder, numbers, library.ways.epsilon)
  definition.write(layers, image, library.ways)
  whenWritten()
  const places = placesByName(layers.places, library)
  const features = placeOf(network, places, cut ?? definition.features).output
  const boundary = trainFrom === undefined ? undefined : placeOf(network, places, trainFrom).input
  builder.output(features)
  const graph = foldBatchNormalization(withOutputs(builder.finish(), [features]))
  return {
    graph,
    contract: made,
    features,
    featureShape: spatialShape(network, graph, features),
    explain: features,
    pool: 'average',
    trainFrom: boundary,
    parameters: boundary === undefined ? [] : trainedWeights(network, graph, boundary, trainFrom ?? ''),
  }
}

/** The library's way with images, with what the configuration says otherwise. */
function contractOf({ network, contract: stated = {} }: NamedOptions, library: Library): Contract {
  const { mean = [0], deviation = [1] } = { ...library.contract, ...stated }
  if (stated.channels !== 1 || library.channels === 1) return contract({ ...library.contract, ...stated })
  // Grey films give three equal channels only where all are normalised alike; then one channel with the summed weights is the same.
  if (![mean, deviation].every(values => values.every(value => value === values[0]))) {
    throw new Problem(
      `Cannot give the network "${network}" one channel: ${library.name} normalises its three channels differently`,
      { next: 'leave "channels" out of the contract: grey films fill all three channels' },
    )
  }
  return contract({ ...library.contract, ...stated, mean: mean.slice(0, 1), deviation: deviation.slice(0, 1) })
}

/** Layers by our names and by the library's. */
function placesByName(places: ReadonlyMap<string, Place>, library: Library): ReadonlyMap<string, Place> {
  const theirs = [...places].flatMap(([name, place]) => library.names(name).map(other => [other, place] as const))
  return new Map([...theirs, ...places])
}

function placeOf(network: string, places: ReadonlyMap<string, Place>, layer: string): Place {
  const place = places.get(layer)
  if (place !== undefined) return place
  const near = nearest(layer, [...places.keys()])
  throw new Problem(`Cannot find the layer "${layer}" in the network "${network}"`, {
    next: near === undefined ? `its last layer is "${[...places.keys()].at(-1)}"` : `did you mean "${near}"?`,
  })
}

function spatialShape(network: string, graph: Graph, features: string): Shape {
  const shape = inferShapes(graph).get(features)?.shape ?? []
  if (shape.length === 4) return shape
  throw new Problem(`Cannot cut the network "${network}" at "${features}": its shape is [${shape.join(', ')}]`)
}

/** @throws Problem when other layers reach around the boundary, as they do inside a residual block */
function trainedWeights(network: string, graph: Graph, boundary: string, trainFrom: string): readonly string[] {
  if (boundary === imageInput) return learnedWeights(graph)
  if (!graph.nodes.some(({ outputs }) => outputs.includes(boundary))) {
    throw new Problem(
      `Cannot train the network "${network}" from "${trainFrom}" on: that layer is behind the cut, or a batch norm that is one with its convolution`,
      { next: 'name an earlier layer: the convolution before a batch norm' },
    )
  }
  try {
    return learnedWeights(cutAt(graph, boundary).after)
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause
    throw new Problem(
      `Cannot train the network "${network}" from "${trainFrom}" on: what comes before that layer is also needed behind it`,
      { cause, next: 'name the whole block that the layer belongs to, or the first layer of one' },
    )
  }
}
